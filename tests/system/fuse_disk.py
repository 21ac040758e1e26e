#!/usr/bin/env python3
"""A disk that hangs or fails when it is told to: a FUSE file system over a folder, mounted in that
folder's place. It speaks the kernel's protocol itself (linux/fuse.h), for files without a name
(O_TMPFILE) are in no library of Debian 12.

FuseDisk runs this file as a process of its own, which reads one command a line and answers `ok`:

    hang read write sync    calls of these kinds wait from now on
    fail sync               they answer EIO
    end                     all is well again, and what waited goes on

It unmounts when its input ends, also because whoever started it has died.
"""

import ctypes
import errno
import os
import stat
import struct
import subprocess
import sys
import threading
from pathlib import Path

KINDS = {"read": {15}, "write": {16}, "sync": {20, 30}}
ROOT = 1
WRITE_MAX = 1 << 20
MNT_DETACH = 2
DIRECT_IO = 1  # of an answer to open: nothing stays in the page cache
WITHOUT_ANSWER = {2, 36, 42}  # forget, interrupt, batch_forget
HEADER = struct.Struct("<IIQQIIIHH")
ATTRIBUTES = struct.Struct("<6Q10I")

libc = ctypes.CDLL(None, use_errno=True)


def checked(code, what):
    if code != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


class FuseDisk:
    """Mounted at `folder` from its beginning to detach(); end() before anything that must go on."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.process = subprocess.Popen(
            [sys.executable, "-B", __file__, str(self.folder)], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._answered()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.detach()
        self.process.stdin.close()
        self.process.wait(30)

    def _answered(self):
        line = self.process.stdout.readline()
        assert line == "ok\n", f"the FUSE disk of {self.folder} said: {line!r}"

    def _tell(self, *words):
        self.process.stdin.write(" ".join(words) + "\n")
        self.process.stdin.flush()
        self._answered()

    def hang(self, *kinds):
        self._tell("hang", *kinds)

    def fail(self, *kinds):
        self._tell("fail", *kinds)

    def end(self):
        self._tell("end")

    def detach(self):
        """Whoever has files of it open goes on using them."""
        libc.umount2(os.fsencode(self.folder), MNT_DETACH)


class Fault:
    """What calls meet."""

    def __init__(self):
        self.changed = threading.Condition()
        self.hanging, self.failing = set(), set()

    def set(self, hanging=(), failing=()):
        with self.changed:
            self.hanging, self.failing = set(hanging), set(failing)
            self.changed.notify_all()

    def hangs(self, opcode):
        with self.changed:
            return opcode in self.hanging

    def meet(self, opcode):
        with self.changed:
            self.changed.wait_for(lambda: opcode not in self.hanging)
            if opcode in self.failing:
                raise OSError(errno.EIO, "as told")


class Node:
    def __init__(self, descriptor):
        self.descriptor = descriptor  # O_PATH
        self.known = 0  # how often the kernel was told of it

    def path(self):
        return f"/proc/self/fd/{self.descriptor}"


class Folder:
    """The file system: each request by its opcode, on the descriptors of what the kernel knows."""

    def __init__(self, root):
        self.lock = threading.Lock()
        self.nodes = {ROOT: Node(os.open(root, os.O_PATH))}
        self.numbers = {}  # of nodes, by device and inode
        self.next_number = ROOT + 1
        self.listings = {}
        self.calls = {
            1: self.lookup, 2: self.forget, 3: self.attributes, 4: self.change, 9: self.make_folder,
            10: self.unlink, 11: self.remove_folder, 12: self.rename, 13: self.link, 14: self.open,
            15: self.read, 16: self.write, 17: self.space, 18: self.release, 20: self.sync,
            25: self.nothing, 26: self.begin, 27: self.open_folder, 28: self.read_folder,
            29: self.release, 30: self.sync_folder, 35: self.create, 38: self.nothing,
            42: self.forget_many, 45: self.rename_with_flags, 51: self.create_unnamed}

    def answer(self, opcode, node, body):
        call = self.calls.get(opcode)
        if call is None:
            raise OSError(errno.ENOSYS, "not offered")
        return call(node, body)

    # What the kernel knows.

    def node(self, number):
        with self.lock:
            return self.nodes[number]

    def entry(self, descriptor):
        """Tells the kernel of what `descriptor` (O_PATH) is, and keeps or closes that."""
        status = os.fstat(descriptor)
        with self.lock:
            key = (status.st_dev, status.st_ino)
            number = self.numbers.get(key)
            if number is None:
                number = self.numbers[key] = self.next_number
                self.next_number += 1
                self.nodes[number] = Node(descriptor)
            else:
                os.close(descriptor)
            self.nodes[number].known += 1
        return struct.pack("<QQQQII", number, 0, 0, 0, 0, 0) + self.packed(status)

    def drop(self, number, count):
        with self.lock:
            node = self.nodes.get(number)
            if node is None or number == ROOT:
                return
            node.known -= count
            if node.known <= 0:
                status = os.fstat(node.descriptor)
                self.numbers.pop((status.st_dev, status.st_ino), None)
                os.close(node.descriptor)
                del self.nodes[number]

    @staticmethod
    def packed(status):
        second = 1_000_000_000
        times = [status.st_atime_ns, status.st_mtime_ns, status.st_ctime_ns]
        return ATTRIBUTES.pack(
            status.st_ino, status.st_size, status.st_blocks, *(t // second for t in times),
            *(t % second for t in times), status.st_mode, status.st_nlink, status.st_uid,
            status.st_gid, 0, 4096, 0)

    @staticmethod
    def names(octets):
        return octets.split(b"\0")[:-1]

    @staticmethod
    def opened(descriptor):
        return struct.pack("<QIi", descriptor, DIRECT_IO, 0)

    def nothing(self, node, body):
        return b""

    def begin(self, node, body):
        _, _, ahead, offered = struct.unpack_from("<IIII", body)
        # Large writes of many pages, reads and lookups beside each other.
        flags = (1 << 0 | 1 << 5 | 1 << 15 | 1 << 18 | 1 << 22) & offered
        return struct.pack("<IIIIHHIIHHIIH22x", 7, 38, ahead, flags, 64, 48, WRITE_MAX, 1,
                           WRITE_MAX // 4096, 0, 0, 0, 0)

    def forget(self, node, body):
        self.drop(node, struct.unpack_from("<Q", body)[0])

    def forget_many(self, node, body):
        count = struct.unpack_from("<I", body)[0]
        for at in range(count):
            self.drop(*struct.unpack_from("<QQ", body, 8 + 16 * at))

    # Names.

    def look(self, parent, name):
        return self.entry(os.open(name, os.O_PATH | os.O_NOFOLLOW,
                                  dir_fd=self.node(parent).descriptor))

    def lookup(self, node, body):
        return self.look(node, self.names(body)[0])

    def make_folder(self, node, body):
        mode, _ = struct.unpack_from("<II", body)
        name = self.names(body[8:])[0]
        os.mkdir(name, mode, dir_fd=self.node(node).descriptor)
        return self.look(node, name)

    def unlink(self, node, body):
        os.unlink(self.names(body)[0], dir_fd=self.node(node).descriptor)
        return b""

    def remove_folder(self, node, body):
        os.rmdir(self.names(body)[0], dir_fd=self.node(node).descriptor)
        return b""

    def move(self, node, target, names):
        source, new = self.names(names)
        os.rename(source, new, src_dir_fd=self.node(node).descriptor,
                  dst_dir_fd=self.node(target).descriptor)
        return b""

    def rename(self, node, body):
        return self.move(node, struct.unpack_from("<Q", body)[0], body[8:])

    def rename_with_flags(self, node, body):
        target, flags = struct.unpack_from("<QI", body)
        if flags:
            raise OSError(errno.EINVAL, "no flags")
        return self.move(node, target, body[16:])

    def link(self, node, body):
        source = struct.unpack_from("<Q", body)[0]
        name = self.names(body[8:])[0]
        os.link(self.node(source).path(), name, dst_dir_fd=self.node(node).descriptor,
                follow_symlinks=True)
        return self.look(node, name)

    # Files.

    def attributes(self, node, body):
        status = os.fstat(self.node(node).descriptor)
        return struct.pack("<QII", 0, 0, 0) + self.packed(status)

    def change(self, node, body):
        valid, _, _, size = struct.unpack_from("<IIQQ", body)
        if valid & 1:
            os.chmod(self.node(node).path(), struct.unpack_from("<I", body, 68)[0] & 0o7777)
        if valid & 8:
            os.truncate(self.node(node).path(), size)
        return self.attributes(node, body)

    @staticmethod
    def usable(flags):
        # Memory of this process is not aligned, and the kernel appends and creates itself.
        return flags & ~(os.O_DIRECT | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW)

    def open(self, node, body):
        flags = struct.unpack_from("<I", body)[0]
        return self.opened(os.open(self.node(node).path(), self.usable(flags)))

    def create(self, node, body):
        flags, mode = struct.unpack_from("<II", body)
        name = self.names(body[16:])[0]
        descriptor = os.open(name, self.usable(flags) | os.O_CREAT | flags & os.O_EXCL, mode,
                             dir_fd=self.node(node).descriptor)
        return self.look(node, name) + self.opened(descriptor)

    def create_unnamed(self, node, body):
        mode = struct.unpack_from("<I", body, 4)[0]
        descriptor = os.open(self.node(node).path(), os.O_RDWR | os.O_TMPFILE, mode)
        known = os.open(f"/proc/self/fd/{descriptor}", os.O_PATH)
        return self.entry(known) + self.opened(descriptor)

    def read(self, node, body):
        descriptor, offset, size = struct.unpack_from("<QQI", body)
        return os.pread(descriptor, size, offset)

    def write(self, node, body):
        descriptor, offset, size = struct.unpack_from("<QQI", body)
        data, done = memoryview(body)[40:40 + size], 0
        while done < size:
            done += os.pwrite(descriptor, data[done:], offset + done)
        return struct.pack("<II", size, 0)

    def sync(self, node, body):
        descriptor, flags = struct.unpack_from("<QI", body)
        (os.fdatasync if flags & 1 else os.fsync)(descriptor)
        return b""

    def release(self, node, body):
        descriptor = struct.unpack_from("<Q", body)[0]
        self.listings.pop(descriptor, None)
        os.close(descriptor)
        return b""

    def space(self, node, body):
        status = os.statvfs(self.node(node).path())
        return struct.pack("<5Q4I24x", status.f_blocks, status.f_bfree, status.f_bavail,
                           status.f_files, status.f_ffree, status.f_bsize, status.f_namemax,
                           status.f_frsize, 0)

    # Folders.

    def open_folder(self, node, body):
        return self.opened(os.open(self.node(node).path(), os.O_RDONLY | os.O_DIRECTORY))

    def read_folder(self, node, body):
        descriptor, offset, size = struct.unpack_from("<QQI", body)
        if offset == 0:
            with os.scandir(descriptor) as entries:
                self.listings[descriptor] = [
                    (e.inode(), stat.S_IFMT(e.stat(follow_symlinks=False).st_mode) >> 12,
                     os.fsencode(e.name)) for e in entries]
        answer = b""
        for at, (inode, kind, name) in enumerate(self.listings[descriptor][offset:], offset + 1):
            record = struct.pack("<QQII", inode, at, len(name), kind) + name
            record += b"\0" * (-len(record) % 8)
            if len(answer) + len(record) > size:
                break
            answer += record
        return answer

    def sync_folder(self, node, body):
        os.fsync(struct.unpack_from("<Q", body)[0])
        return b""


class Server:
    def __init__(self, folder):
        self.fault = Fault()
        self.folder = Folder(folder)
        self.device = os.open("/dev/fuse", os.O_RDWR)
        options = f"fd={self.device},rootmode=40000,user_id=0,group_id=0,allow_other"
        checked(libc.mount(b"belfry-test", os.fsencode(folder), b"fuse.belfry-test", 0,
                           options.encode()), "mount")
        for _ in range(4):
            threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                request = os.read(self.device, WRITE_MAX + 8192)
            except OSError as error:
                if error.errno in (errno.EINTR, errno.EAGAIN, errno.ENOENT):
                    continue
                return  # unmounted
            if self.fault.hangs(struct.unpack_from("<I", request, 4)[0]):
                threading.Thread(target=self.handle, args=(request,), daemon=True).start()
            else:
                self.handle(request)

    def handle(self, request):
        _, opcode, unique, node, *_ = HEADER.unpack_from(request)
        number, answer = 0, b""
        try:
            self.fault.meet(opcode)
            answer = self.folder.answer(opcode, node, request[HEADER.size:])
        except OSError as error:
            number = -(error.errno or errno.EIO)
        if opcode in WITHOUT_ANSWER:
            return
        try:
            os.write(self.device, struct.pack("<IiQ", 16 + len(answer), number, unique) + answer)
        except OSError:
            pass  # whoever asked is gone


def main(folder):
    server = Server(folder)
    print("ok", flush=True)
    for line in sys.stdin:
        command, *kinds = line.split()
        opcodes = set().union(*(KINDS[kind] for kind in kinds))
        server.fault.set(hanging=opcodes if command == "hang" else (),
                         failing=opcodes if command == "fail" else ())
        print("ok", flush=True)
    server.fault.set()
    libc.umount2(os.fsencode(folder), MNT_DETACH)


if __name__ == "__main__":
    main(sys.argv[1])
