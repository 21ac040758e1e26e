-- What provider.yaml declares (docs/formats/provider.md). All rows are replaced when it is loaded;
-- ids come from the names, so a thing keeps its id for as long as it keeps its name.

-- The provider itself, one row.
CREATE TABLE provider (
  id BIGINT NOT NULL PRIMARY KEY,       -- from the name
  name TEXT NOT NULL,                   -- "demo"
  demonstration SMALLINT NOT NULL,      -- 1: all hardware is simulated
  declared_at_us BIGINT NOT NULL        -- when the declaration was loaded
);

-- Who answers for equipment.
CREATE TABLE owner (
  id BIGINT NOT NULL PRIMARY KEY,       -- from the name
  name TEXT NOT NULL,                   -- a team or a person
  duty TEXT NOT NULL,                   -- what they answer for
  email TEXT NOT NULL,                  -- where they are reached; empty: not given
  declared_at_us BIGINT NOT NULL        -- when the declaration was loaded
);

-- The directories that hold the copies of the key store.
CREATE TABLE key_disk (
  id BIGINT NOT NULL PRIMARY KEY,       -- from the path
  name TEXT NOT NULL,                   -- key-disk-1 to key-disk-3
  path TEXT NOT NULL,                   -- absolute, or below the data directory
  declared_at_us BIGINT NOT NULL        -- when the declaration was loaded
);

-- Network operators whose circuits reach the sites.
CREATE TABLE carrier (
  id BIGINT NOT NULL PRIMARY KEY,       -- from the name
  name TEXT NOT NULL,                   -- unique
  autonomous_system BIGINT NOT NULL,    -- its number in BGP
  declared_at_us BIGINT NOT NULL        -- when the declaration was loaded
);

-- Data centres.
CREATE TABLE site (
  id BIGINT NOT NULL PRIMARY KEY,       -- from the name
  name TEXT NOT NULL,                   -- "par1"
  country TEXT NOT NULL,                -- ISO 3166-1 alpha-2
  city TEXT NOT NULL,                   -- empty: not given
  declared_at_us BIGINT NOT NULL        -- when the declaration was loaded
);

-- Sources of electricity of a site.
CREATE TABLE power_feed (
  id BIGINT NOT NULL PRIMARY KEY,       -- from the name
  name TEXT NOT NULL,                   -- unique
  site_id BIGINT NOT NULL,              -- the site it feeds
  source TEXT NOT NULL,                 -- grid, generator or on-site
  power_watts BIGINT NOT NULL,          -- what it can deliver
  declared_at_us BIGINT NOT NULL        -- when the declaration was loaded
);

-- Electrical segments: what one breaker or inverter takes down together.
CREATE TABLE power_segment (
  id BIGINT NOT NULL PRIMARY KEY,       -- from the name
  name TEXT NOT NULL,                   -- unique
  site_id BIGINT NOT NULL,              -- the site it is in
  feed_id BIGINT NOT NULL,              -- the power_feed behind it
  power_watts BIGINT NOT NULL,          -- what it can deliver
  declared_at_us BIGINT NOT NULL        -- when the declaration was loaded
);

-- Rooms of a site.
CREATE TABLE room (
  id BIGINT NOT NULL PRIMARY KEY,       -- from the name
  name TEXT NOT NULL,                   -- unique
  site_id BIGINT NOT NULL,              -- the site it is in
  declared_at_us BIGINT NOT NULL        -- when the declaration was loaded
);

-- Racks of a room.
CREATE TABLE rack (
  id BIGINT NOT NULL PRIMARY KEY,       -- from the name
  name TEXT NOT NULL,                   -- unique
  room_id BIGINT NOT NULL,              -- the room it stands in
  height_units BIGINT NOT NULL,         -- rack units of 44.45 mm (IEC 60297)
  declared_at_us BIGINT NOT NULL        -- when the declaration was loaded
);

-- Power distribution units of a rack.
CREATE TABLE pdu (
  id BIGINT NOT NULL PRIMARY KEY,       -- from the name
  name TEXT NOT NULL,                   -- unique
  rack_id BIGINT NOT NULL,              -- the rack it is in
  segment_id BIGINT NOT NULL,           -- the power_segment it hangs on
  power_watts BIGINT NOT NULL,          -- what it can deliver
  declared_at_us BIGINT NOT NULL        -- when the declaration was loaded
);

-- Outlets of a PDU.
CREATE TABLE power_outlet (
  id BIGINT NOT NULL PRIMARY KEY,       -- from the name
  name TEXT NOT NULL,                   -- "<pdu>/<number>"
  pdu_id BIGINT NOT NULL,               -- the PDU it is on
  number BIGINT NOT NULL,               -- from 1
  declared_at_us BIGINT NOT NULL        -- when the declaration was loaded
);

-- Two switches that act as one for link aggregation (MLAG).
CREATE TABLE switch_pair (
  id BIGINT NOT NULL PRIMARY KEY,       -- from the name
  name TEXT NOT NULL,                   -- unique
  first_switch_id BIGINT NOT NULL,      -- one of them
  second_switch_id BIGINT NOT NULL,     -- the other
  declared_at_us BIGINT NOT NULL        -- when the declaration was loaded
);

-- Switches and routers.
CREATE TABLE switch (
  id BIGINT NOT NULL PRIMARY KEY,       -- from the name
  name TEXT NOT NULL,                   -- unique
  rack_id BIGINT NOT NULL,              -- the rack it is in
  site_id BIGINT NOT NULL,              -- the site of that rack
  owner_id BIGINT,                      -- who answers for it
  role TEXT NOT NULL,                   -- access, aggregation or router
  declared_at_us BIGINT NOT NULL        -- when the declaration was loaded
);

-- Ports of a switch.
CREATE TABLE switch_port (
  id BIGINT NOT NULL PRIMARY KEY,       -- from the name
  name TEXT NOT NULL,                   -- "<switch>/<number>"
  switch_id BIGINT NOT NULL,            -- the switch it is on
  number BIGINT NOT NULL,               -- from 1
  speed_mbps BIGINT NOT NULL,           -- megabits a second
  declared_at_us BIGINT NOT NULL        -- when the declaration was loaded
);

-- Cables between two switch ports; between sites, a carrier's.
CREATE TABLE link (
  id BIGINT NOT NULL PRIMARY KEY,       -- from the name
  name TEXT NOT NULL,                   -- unique
  first_port_id BIGINT NOT NULL,        -- the switch_port at one end
  second_port_id BIGINT NOT NULL,       -- the switch_port at the other
  carrier_id BIGINT,                    -- who provides it; null: the provider's own cable
  speed_mbps BIGINT NOT NULL,           -- megabits a second
  declared_at_us BIGINT NOT NULL        -- when the declaration was loaded
);

-- Circuits of carriers to the world outside.
CREATE TABLE circuit (
  id BIGINT NOT NULL PRIMARY KEY,       -- from the name
  name TEXT NOT NULL,                   -- unique
  carrier_id BIGINT NOT NULL,           -- who provides it
  switch_port_id BIGINT NOT NULL,       -- where it arrives
  speed_mbps BIGINT NOT NULL,           -- megabits a second
  declared_at_us BIGINT NOT NULL        -- when the declaration was loaded
);

-- Servers, those of storage and hypervisors alike.
CREATE TABLE server (
  id BIGINT NOT NULL PRIMARY KEY,       -- from the name
  name TEXT NOT NULL,                   -- unique
  rack_id BIGINT NOT NULL,              -- the rack it is in
  site_id BIGINT NOT NULL,              -- the site of that rack
  owner_id BIGINT,                      -- who answers for it
  simulated SMALLINT NOT NULL,          -- 1: it does not exist as hardware
  declared_at_us BIGINT NOT NULL        -- when the declaration was loaded
);

-- Power supplies of servers and switches.
CREATE TABLE power_supply (
  id BIGINT NOT NULL PRIMARY KEY,       -- from the name
  name TEXT NOT NULL,                   -- "<device>/<supply>"
  server_id BIGINT,                     -- the server it is in; null: a switch's
  switch_id BIGINT,                     -- the switch it is in; null: a server's
  outlet_id BIGINT,                     -- the power_outlet it is plugged into; null: not declared
  power_watts BIGINT NOT NULL,          -- its rating
  declared_at_us BIGINT NOT NULL        -- when the declaration was loaded
);

-- Network ports of servers.
CREATE TABLE server_port (
  id BIGINT NOT NULL PRIMARY KEY,       -- from the name
  name TEXT NOT NULL,                   -- "<server>/<port>"
  server_id BIGINT NOT NULL,            -- the server it is in
  switch_port_id BIGINT,                -- the switch_port it is cabled to; null: none
  speed_mbps BIGINT NOT NULL,           -- megabits a second
  declared_at_us BIGINT NOT NULL        -- when the declaration was loaded
);

-- Link aggregation groups (IEEE 802.1AX) of servers and switches.
CREATE TABLE lag (
  id BIGINT NOT NULL PRIMARY KEY,       -- from the name
  name TEXT NOT NULL,                   -- "<device>/<lag>"
  server_id BIGINT,                     -- the server it belongs to; null: a switch's
  switch_id BIGINT,                     -- the switch it belongs to; null: a server's
  declared_at_us BIGINT NOT NULL        -- when the declaration was loaded
);

-- Ports of a LAG.
CREATE TABLE lag_member (
  id BIGINT NOT NULL PRIMARY KEY,       -- from the port's name
  name TEXT NOT NULL,                   -- "<device>/<port>"
  lag_id BIGINT NOT NULL,               -- the LAG
  server_port_id BIGINT,                -- the port, of a server
  switch_port_id BIGINT,                -- the port, of a switch
  peer_port_id BIGINT,                  -- switch_port at the cable's other end; null: not cabled
  declared_at_us BIGINT NOT NULL        -- when the declaration was loaded
);

-- Disks that hold customers' data.
CREATE TABLE disk (
  id BIGINT NOT NULL PRIMARY KEY,       -- from the name
  name TEXT NOT NULL,                   -- "par1-s1-d1"
  server_id BIGINT NOT NULL,            -- the server it is in
  path TEXT NOT NULL,                   -- where it is mounted, absolute or below the data directory
  size_bytes BIGINT NOT NULL,           -- its size
  media TEXT NOT NULL,                  -- nvme, ssd or hdd
  simulated SMALLINT NOT NULL,          -- 1: a folder that stands for a disk
  declared_at_us BIGINT NOT NULL        -- when the declaration was loaded
);

-- Servers that run customers' servers, with what they can hold.
CREATE TABLE hypervisor (
  id BIGINT NOT NULL PRIMARY KEY,       -- from the server's name
  name TEXT NOT NULL,                   -- the server's name
  server_id BIGINT NOT NULL,            -- the server it is
  cores BIGINT NOT NULL,                -- processor cores for guests
  memory_bytes BIGINT NOT NULL,         -- memory for guests
  simulated SMALLINT NOT NULL,          -- 1: it does not exist as hardware
  declared_at_us BIGINT NOT NULL        -- when the declaration was loaded
);
