ALTER TABLE access_sample ADD COLUMN rest_requests BIGINT NOT NULL DEFAULT 0;  -- reads over REST
ALTER TABLE access_sample ADD COLUMN rest_compared BIGINT NOT NULL DEFAULT 0;  -- of them looked for
ALTER TABLE access_sample ADD COLUMN rest_found BIGINT NOT NULL DEFAULT 0;  -- those of them found
