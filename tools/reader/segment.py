"""docs/formats/segment.md: disks, replica sets, segments and files."""

import struct

PAGE = 4096
BLOCK = 4 << 20
SEGMENT_HEADER = struct.Struct("<8sHQHI16sQI")
BATCH_HEADER = struct.Struct("<IHH16sQIIQIIII")
RECORD_HEADER = struct.Struct("<HHIQII")
FILE_HEADER = struct.Struct("<8sHQ16sI")
FILE_TRAILER = struct.Struct("<8sHHQIII")
BATCH_MAGIC = 0x48425242
STREAMS = {1: "objects", 2: "ledger"}

TABLE = []
for _number in range(256):
    _value = _number
    for _ in range(8):
        _value = _value >> 1 ^ (0x82F63B78 if _value & 1 else 0)
    TABLE.append(_value)


class Malformed(Exception):
    pass


def crc32c(data, previous=0):
    value = previous ^ 0xFFFFFFFF
    for octet in data:
        value = value >> 8 ^ TABLE[(value ^ octet) & 0xFF]
    return value ^ 0xFFFFFFFF


def opened(data, magic, what, newest=1):
    """The fields of a small structure, once magic, version and the CRC at the end are checked."""
    if len(data) < 14 or data[:8] != magic:
        raise Malformed(f"this is no {what}")
    version = struct.unpack_from("<H", data, 8)[0]
    if not 1 <= version <= newest:
        raise Malformed(f"format version {version} of a {what} is not known to this reader")
    if crc32c(data[:-4]) != struct.unpack("<I", data[-4:])[0]:
        raise Malformed(f"the checksum of the {what} does not match")
    return data[10:-4]


def read_identity(path):
    fields = opened(path.read_bytes(), b"BELFRYDK", "disk identity")
    disk, uuid, epoch = struct.unpack("<q16sQ", fields)
    return {"disk": disk, "uuid": uuid.hex(), "epoch": epoch}


def read_descriptor(path):
    octets = path.read_bytes()
    data = opened(octets, b"BELFRYRS", "descriptor", newest=2)
    set_id, stream, generation, copies, servers, sites, count = struct.unpack_from("<qHQHHHH", data)
    at = struct.calcsize("<qHQHHHH")
    allowed = [struct.unpack_from("<q", data, at + 8 * i)[0] for i in range(count)]
    at += 8 * count
    members, = struct.unpack_from("<H", data, at)
    disks = [struct.unpack_from("<q16s", data, at + 2 + 24 * i) for i in range(members)]
    if at + 2 + 24 * members != len(data):
        raise Malformed("the descriptor is longer than its members")
    return {"set": set_id, "stream": STREAMS.get(stream, stream), "generation": generation,
            "placement": {"copies": copies, "servers_min": servers, "sites_min": sites,
                          "sites_allowed": allowed},
            "members": [{"disk": disk, "uuid": uuid.hex()} for disk, uuid in disks],
            "pruned": octets[8] == 2}


def read_records(data, at, count, first, incarnation):
    """The records of a batch that starts at `at` of the segment, and the CRC of their headers."""
    records, headers_crc = [], 0
    for i in range(count):
        header = data[at:at + RECORD_HEADER.size]
        kind, _, length, sequence, body_crc, crc = RECORD_HEADER.unpack(header)
        seed = crc32c(incarnation + struct.pack("<I", at))
        if crc != crc32c(header[:-4], seed) or sequence != first + i:
            raise Malformed(f"the record at {at} does not match its checksum")
        body = data[at + RECORD_HEADER.size:at + RECORD_HEADER.size + length]
        if len(body) != length or crc32c(body) != body_crc:
            raise Malformed(f"the body of the record at {at} does not match its checksum")
        headers_crc = crc32c(header, headers_crc)
        records.append({"sequence": sequence, "type": kind, "critical": bool(kind & 0x8000),
                        "offset": at, "length": RECORD_HEADER.size + length, "body": body.hex()})
        at += RECORD_HEADER.size + length
    return records, headers_crc, at


def read_segment(path):
    data = path.read_bytes()
    fields = opened(data[:SEGMENT_HEADER.size], b"BELFRYSG", "segment")
    set_id, stream, number, incarnation, size = struct.unpack("<QHI16sQ", fields)
    batches, at, previous, epoch = [], PAGE, crc32c(data[:PAGE]), 0
    while at + BATCH_HEADER.size <= len(data):
        header = data[at:at + BATCH_HEADER.size]
        (magic, flags, _, owner, its_epoch, index, count, first, payload, before, headers_crc,
         crc) = BATCH_HEADER.unpack(header)
        follows = (magic == BATCH_MAGIC and crc == crc32c(header[:-4]) and owner == incarnation
                   and index == len(batches) and before == previous and its_epoch >= epoch)
        if not follows:
            break
        start = at + BATCH_HEADER.size
        records, found_crc, end = read_records(data, start, count, first, incarnation)
        if found_crc != headers_crc or end != start + payload:
            raise Malformed(f"the batch at {at} does not match its checksum")
        batches.append({"offset": at, "epoch": its_epoch, "cut": bool(flags & 1),
                        "records": records})
        previous, epoch = crc, its_epoch
        at = (end + PAGE - 1) // PAGE * PAGE
    return {"set": set_id, "stream": STREAMS.get(stream, stream), "number": number,
            "incarnation": incarnation.hex(), "size": size, "end": at, "batches": batches}


def read_file(path):
    data = path.read_bytes()
    header = data[:FILE_HEADER.size]
    set_id, file_id = struct.unpack("<Q16s", opened(header, b"BELFRYFL", "file"))
    magic, version, _, size, block, count, crc = FILE_TRAILER.unpack(data[-FILE_TRAILER.size:])
    sized = block == BLOCK and count == (size + BLOCK - 1) // BLOCK
    if magic != b"BELFRYFT" or version != 1 or not sized:
        raise Malformed("this is no file's trailer")
    content, trailer = data[PAGE:PAGE + size], data[PAGE + size:]
    summed = crc32c(trailer[:-4], crc32c(data[:PAGE])) == crc
    if len(trailer) != 4 * count + FILE_TRAILER.size or not summed:
        raise Malformed("the trailer does not match its checksum")
    for i, expected in enumerate(struct.unpack_from(f"<{count}I", trailer)):
        if crc32c(content[i * BLOCK:(i + 1) * BLOCK]) != expected:
            raise Malformed(f"block {i} does not match its checksum")
    return {"set": set_id, "file": file_id.hex(), "size": size}


def read_set(folder):
    found = read_descriptor(folder / "descriptor")
    found["segments"] = [read_segment(path) for path in sorted((folder / "segments").iterdir())]
    found["files"] = [read_file(path) for path in sorted((folder / "files").glob("*/*"))]
    return found


def read_disk(folder):
    found = read_identity(folder / "belfry-disk")
    found["sets"] = [read_set(path) for path in sorted((folder / "sets").iterdir())]
    return found
