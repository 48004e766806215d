-- What the fourth version of the tables changed in the third: turns can be taken back, and with them the summary of before.
ALTER TABLE chat_conversations ADD COLUMN taken_back INTEGER DEFAULT '0' NOT NULL;
CREATE TABLE chat_summaries (
    conversation INTEGER NOT NULL REFERENCES chat_conversations (number) ON DELETE CASCADE,
    turns INTEGER NOT NULL,
    summary TEXT NOT NULL,
    folded INTEGER NOT NULL,
    PRIMARY KEY (conversation, turns)
) WITHOUT ROWID;
UPDATE chat_schema SET version = 4;
