// What was dropped on a page: files, and the files of folders with their paths.
import type { Chosen } from './upload_queue';

const depthMax = 32;

// The part of the File and Directory Entries API that is needed, so that tests can stand in for it.
export interface Entry {
  isDirectory: boolean;
  name: string;
}
export interface FileEntry extends Entry {
  file: (good: (file: File) => void, bad: (error: unknown) => void) => void;
}
export interface FolderEntry extends Entry {
  createReader: () => {
    readEntries: (good: (entries: Entry[]) => void, bad: (error: unknown) => void) => void;
  };
}

export interface Dropped {
  chosen: Chosen[];
  // Some files were left out: there were more than `filesMax`, or they lie too deep.
  cut: boolean;
  unreadable: number;
}

// To be called while the drop is handled: afterwards the items are empty.
export function entriesOf(items: Iterable<DataTransferItem>): (Entry | File)[] {
  const entries: (Entry | File)[] = [];
  for (const item of items) {
    if (item.kind !== 'file') continue;
    const entry = item.webkitGetAsEntry() ?? item.getAsFile();
    if (entry !== null) entries.push(entry);
  }
  return entries;
}

export async function walk(entries: readonly (Entry | File)[], filesMax: number): Promise<Dropped> {
  const dropped: Dropped = { chosen: [], cut: false, unreadable: 0 };
  for (const entry of entries) await visit(entry, '', 0, dropped, filesMax);
  return dropped;
}

async function visit(
  entry: Entry | File,
  folder: string,
  depth: number,
  dropped: Dropped,
  filesMax: number,
): Promise<void> {
  const path = folder + entry.name;
  if (entry instanceof File || !entry.isDirectory) {
    if (dropped.chosen.length >= filesMax) {
      dropped.cut = true;
      return;
    }
    try {
      const file = entry instanceof File ? entry : await fileOf(entry as FileEntry);
      dropped.chosen.push({ file, path });
    } catch {
      ++dropped.unreadable;
    }
    return;
  }
  if (depth >= depthMax) {
    dropped.cut = true;
    return;
  }
  const reader = (entry as FolderEntry).createReader();
  try {
    // A folder is read some names at a time, until none come.
    for (;;) {
      const some = await new Promise<Entry[]>((good, bad) => reader.readEntries(good, bad));
      if (some.length === 0) return;
      for (const each of some) {
        if (dropped.cut) return;
        await visit(each, `${path}/`, depth + 1, dropped, filesMax);
      }
    }
  } catch {
    ++dropped.unreadable;
  }
}

function fileOf(entry: FileEntry): Promise<File> {
  return new Promise((good, bad) => entry.file(good, bad));
}
