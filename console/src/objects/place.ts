// Where one is in a bucket, as an address of the console.

// Any text as one segment of an address that survives being decoded once too often or too seldom:
// percent-encoded, with "~" in the place of "%".
export function toSegment(text: string): string {
  return encodeURIComponent(text).replaceAll('~', '%7E').replaceAll('%', '~');
}

export function fromSegment(segment: string): string {
  try {
    return decodeURIComponent(segment.replaceAll('~', '%'));
  } catch {
    return '';
  }
}

export function placeOf(bucket: string, prefix = ''): string {
  const place = `#/buckets/${toSegment(bucket)}`;
  return prefix === '' ? place : `${place}/${toSegment(prefix)}`;
}

// The page of who may do what in a bucket: no prefix has an address of so many segments.
export function accessPlaceOf(bucket: string): string {
  return `${placeOf(bucket)}/-/access`;
}

export interface Crumb {
  label: string;
  prefix: string;
}

// "photos/2024/" leads through "photos/". A name may be empty ("a//b"): it is shown as it is.
export function crumbsOf(prefix: string): Crumb[] {
  const crumbs: Crumb[] = [];
  let start = 0;
  for (;;) {
    const end = prefix.indexOf('/', start);
    if (end < 0) break;
    crumbs.push({ label: prefix.slice(start, end), prefix: prefix.slice(0, end + 1) });
    start = end + 1;
  }
  if (start < prefix.length) crumbs.push({ label: prefix.slice(start), prefix });
  return crumbs;
}

// The part of a key that the folder one is in does not say.
export function nameWithin(key: string, prefix: string): string {
  return key.startsWith(prefix) ? key.slice(prefix.length) : key;
}

// The rules of S3 for a bucket's name, as far as a form can tell them beforehand.
export function isBucketName(name: string): boolean {
  return (
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !name.includes('..') &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name)
  );
}
