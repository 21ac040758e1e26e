-- Where sessions were used besides where they were opened: another network, or another program.
CREATE TABLE session_place (
  session_id TEXT NOT NULL,               -- the session
  place TEXT NOT NULL,                    -- network (IPv4 /24, IPv6 /48) and kind of program
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- the tenant of the session's user
  user_id BIGINT NOT NULL,                -- the session's user
  source_ip TEXT NOT NULL,                -- the address at its first use there
  user_agent TEXT NOT NULL,               -- the program at its first use there
  first_seen_us BIGINT NOT NULL,          -- when that was
  confirmed_us BIGINT, -- when a second factor was proved there; null: not yet
  PRIMARY KEY (session_id, place)
);

CREATE INDEX session_place_user ON session_place (user_id);
