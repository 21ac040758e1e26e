-- From where a link was asked for, for the log when the program sends it.
ALTER TABLE password_reset_asked ADD COLUMN source_ip TEXT NOT NULL DEFAULT '';  -- who asks; whole
