-- A store as the first version of its tables left it, with one conversation: what test_store.py upgrades.
CREATE TABLE chat_schema (version INTEGER NOT NULL);
CREATE TABLE chat_conversations (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    settings TEXT NOT NULL,
    summary TEXT NOT NULL,
    folded INTEGER NOT NULL,
    turns INTEGER NOT NULL,
    changed_at TEXT NOT NULL
);
CREATE TABLE chat_messages (
    conversation INTEGER NOT NULL REFERENCES chat_conversations (number) ON DELETE CASCADE,
    turn INTEGER NOT NULL,
    place INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (conversation, turn, place)
) WITHOUT ROWID;
INSERT INTO chat_schema VALUES (1);
INSERT INTO chat_conversations (id, settings, summary, folded, turns, changed_at) VALUES
    ('ana', '{"system": "Be brief.", "max_tokens": 500}', '"The user is called Ana."', 1, 2, '2026-08-01T12:00:00+00:00');
INSERT INTO chat_messages VALUES
    (1, 0, 0, '{"role": "user", "content": "My name is Ana."}'),
    (1, 0, 1, '{"role": "assistant", "content": "Noted."}'),
    (1, 1, 0, '{"role": "user", "content": "Hello 🌸"}'),
    (1, 1, 1, '{"role": "assistant", "content": "Hello, Ana."}');
