import { describe, expect, it } from 'vitest';
import { walk, type Entry, type FileEntry, type FolderEntry } from '../src/objects/dropped';
import {
  change,
  enqueue,
  isHeld,
  parallelMax,
  progressOf,
  queueMax,
  roomIn,
  startable,
  type Upload,
} from '../src/objects/upload_queue';

const file = (name: string, size = 10) => new File([new Uint8Array(size)], name);
const chosen = (name: string, size = 10) => ({ file: file(name, size), path: name });

describe('the upload queue', () => {
  const queue = (count: number) =>
    enqueue(
      [],
      Array.from({ length: count }, (_, at) => chosen(`f${String(at)}`)),
      'b',
      'p/',
    );

  it('puts files under the prefix, with ids of their own', () => {
    const first = queue(2);
    const more = enqueue(first, [{ file: file('f0'), path: 'tree/f0' }], 'b', '');
    expect(more.map((each) => each.key)).toEqual(['p/f0', 'p/f1', 'tree/f0']);
    expect(new Set(more.map((each) => each.id)).size).toBe(3);
    expect(more[0]).toMatchObject({ bucket: 'b', prefix: 'p/' });
  });

  it('has a limit', () => {
    const one = { file: file('x'), path: 'x' };
    const full = enqueue([], Array<typeof one>(queueMax + 5).fill(one), 'b', '');
    expect(full).toHaveLength(queueMax);
    expect(roomIn(full)).toBe(0);
    expect(enqueue(full, [one], 'b', '')).toHaveLength(queueMax);
  });

  it('starts no more than so many at once', () => {
    let uploads: Upload[] = queue(10);
    const started = startable(uploads);
    expect(started).toHaveLength(parallelMax);
    for (const each of started) uploads = change(uploads, each.id, { state: 'sending' });
    expect(startable(uploads)).toEqual([]);
    uploads = change(uploads, started[0]?.id ?? 0, { state: 'failed' });
    expect(startable(uploads)).toHaveLength(1);
  });

  it('never sends one key twice at the same time, but the same key to two buckets', () => {
    const twice = enqueue(enqueue([], [chosen('same')], 'b', ''), [chosen('same')], 'b', '');
    expect(startable(twice)).toHaveLength(1);
    expect(startable(enqueue(twice, [chosen('same')], 'c', ''))).toHaveLength(2);
  });

  it('counts what is sent, and nothing that was given up', () => {
    let uploads = queue(4);
    uploads = change(uploads, 1, { state: 'done', sent: 10 });
    uploads = change(uploads, 2, { state: 'sending', sent: 5 });
    uploads = change(uploads, 3, { state: 'cancelled', sent: 9 });
    expect(progressOf(uploads)).toBeCloseTo(15 / 30);
    expect(progressOf([])).toBe(0);
    expect(progressOf(enqueue([], [chosen('empty', 0)], 'b', ''))).toBe(0);
    expect(uploads.some(isHeld)).toBe(false);
    expect(change(uploads, 1, { state: 'exists' }).some(isHeld)).toBe(true);
  });
});

const fileEntry = (name: string, readable = true): FileEntry => ({
  isDirectory: false,
  name,
  file: (good, bad) => (readable ? good(file(name)) : bad(new Error('gone'))),
});

// Gives its entries some at a time, as browsers do.
function folder(name: string, entries: Entry[]): FolderEntry {
  return {
    isDirectory: true,
    name,
    createReader: () => {
      let at = 0;
      return {
        readEntries: (good) => {
          good(entries.slice(at, at + 2));
          at += 2;
        },
      };
    },
  };
}

describe('what was dropped', () => {
  it('is walked to the last file of every folder', async () => {
    const tree = folder('photos', [
      fileEntry('a.jpg'),
      folder('2026', [fileEntry('b.jpg'), fileEntry('c.jpg'), fileEntry('d.jpg')]),
      folder('empty', []),
      fileEntry('e.jpg'),
    ]);
    const { chosen: found, cut, unreadable } = await walk([tree, file('top.txt')], 100);
    expect(found.map(({ path }) => path)).toEqual([
      'photos/a.jpg',
      'photos/2026/b.jpg',
      'photos/2026/c.jpg',
      'photos/2026/d.jpg',
      'photos/e.jpg',
      'top.txt',
    ]);
    expect({ cut, unreadable }).toEqual({ cut: false, unreadable: 0 });
  });

  it('is cut at a limit, and says so', async () => {
    const tree = folder('t', [fileEntry('1'), fileEntry('2'), fileEntry('3')]);
    const dropped = await walk([tree], 2);
    expect(dropped.chosen).toHaveLength(2);
    expect(dropped.cut).toBe(true);
  });

  it('is cut where it never ends', async () => {
    const endless: FolderEntry = folder('again', []);
    endless.createReader = () => {
      let given = false;
      return {
        readEntries: (good) => {
          good(given ? [] : [endless]);
          given = true;
        },
      };
    };
    expect((await walk([endless], 10)).cut).toBe(true);
  });

  it('may be unreadable', async () => {
    const dropped = await walk([fileEntry('gone', false), fileEntry('there')], 10);
    expect(dropped.chosen.map(({ path }) => path)).toEqual(['there']);
    expect(dropped.unreadable).toBe(1);
  });
});
