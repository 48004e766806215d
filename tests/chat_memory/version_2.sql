-- What the second version of the tables added to the first: the facts of a user. The text index stands in versions.py.
CREATE TABLE chat_facts (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    user_id TEXT NOT NULL,
    text TEXT NOT NULL,
    said_at TEXT NOT NULL,
    conversation TEXT,
    message INTEGER,
    replaced_by INTEGER REFERENCES chat_facts (id),
    expires_at TEXT
);
CREATE INDEX ix_chat_facts_user_id ON chat_facts (user_id);
CREATE INDEX ix_chat_facts_replaced_by ON chat_facts (replaced_by);
CREATE TABLE chat_fact_vectors (
    fact INTEGER NOT NULL REFERENCES chat_facts (id) ON DELETE CASCADE,
    model TEXT NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (fact, model)
);
UPDATE chat_schema SET version = 2;
INSERT INTO chat_facts (user_id, text, said_at, conversation, message, replaced_by, expires_at) VALUES
    ('ana', 'The user lives in Łódź.', '2026-08-01T12:00:00.000000+00:00', 'ana', 1, NULL, NULL),
    ('ana', '用户住在北京。', '2026-08-01T12:00:01.000000+00:00', NULL, NULL, NULL, NULL),
    ('ana', 'The user''s brother is Will.', '2026-08-01T12:00:02.000000+00:00', NULL, NULL, NULL, NULL),
    ('bo', 'The user''s brother is Don.', '2026-08-01T12:00:03.000000+00:00', NULL, NULL, NULL, NULL);
UPDATE chat_facts SET replaced_by = 1 WHERE id = 2;
