-- What the third version of the tables changed in the second: each fact has its terms. Their index stands in versions.py.
ALTER TABLE chat_facts ADD COLUMN terms TEXT DEFAULT '' NOT NULL;
UPDATE chat_facts SET terms = 'live lodz' WHERE id = 1;
UPDATE chat_facts SET terms = 'brother will' WHERE id = 3;
UPDATE chat_facts SET terms = 'brother don' WHERE id = 4;
UPDATE chat_schema SET version = 3;
