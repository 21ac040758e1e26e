// Signs, drawn on a grid of 20. They are ornaments beside words: hidden from screen readers.
const paths = {
  annex: 'M5 2.5h7l3.5 3.5v11.5H5zM8 9h4.5M8 12h4.5',
  buckets: 'M3 5.5h14l-1.8 11.5H4.8zM3 5.5c0-1.7 3.1-3 7-3s7 1.3 7 3',
  disks: 'M3 4h14v5H3zM3 11h14v5H3zM6 6.5h.01M6 13.5h.01M9.5 6.5H14M9.5 13.5H14',
  audit: 'M4 3.5h12M4 8h12M4 12.5h7M13 14.5l1.8 1.8 3-3.3',
  account:
    'M10 10a3.3 3.3 0 1 0 0-6.6 3.3 3.3 0 0 0 0 6.6M3.5 17c.6-3.2 3.2-4.7 6.5-4.7s5.9 1.5 6.5 4.7',
  users:
    'M7.5 9.5a2.9 2.9 0 1 0 0-5.8 2.9 2.9 0 0 0 0 5.8M2 16.5c.5-2.9 2.6-4.2 5.5-4.2s5 1.3 5.5 4.2M13 4a2.8 2.8 0 0 1 0 5.3M15 12.5c1.7.6 2.7 1.9 3 4',
  tenants: 'M7 3h6v4H7zM2.5 13h6v4h-6zM11.5 13h6v4h-6zM10 7v3M5.5 13v-3h9v3',
  pass: 'M4 10.5l4 4 8-9',
  fail: 'M5 5l10 10M15 5L5 15',
  no_data: 'M5 10h10',
  stale: 'M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14M10 6v4.3l2.8 1.7',
  error: 'M10 3l7.5 13.5h-15zM10 8v4M10 14.3v.01',
  upload: 'M10 13V3.5M6 7l4-4 4 4M3.5 13.5v3h13v-3',
  download: 'M10 3.5V13M6 9.5l4 4 4-4M3.5 14v2.5h13V14',
  remove: 'M3.5 5.5h13M8 5.5V3.5h4v2M5 5.5l.8 11h8.4l.8-11M8.3 8.5v5M11.7 8.5v5',
  copies: 'M7 7h9.5v9.5H7zM13 7V3.5H3.5V13H7',
  folder: 'M2.5 5h5l1.7 2h8.3v9h-15z',
  file: 'M5 2.5h6.5L15 6v11.5H5zM11.5 2.5V6H15',
  search: 'M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12M13.5 13.5l4 4',
  sun: 'M10 13.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M10 1.8v1.7M10 16.5v1.7M1.8 10h1.7M16.5 10h1.7M4.2 4.2l1.2 1.2M14.6 14.6l1.2 1.2M15.8 4.2l-1.2 1.2M5.4 14.6l-1.2 1.2',
  moon: 'M16.5 12.2A7 7 0 0 1 7.8 3.5a7 7 0 1 0 8.7 8.7',
  next: 'M7.5 4l6 6-6 6',
  plus: 'M10 4v12M4 10h12',
  seal: 'M10 2.5l2 1.7 2.6-.3.9 2.5 2.3 1.3-.6 2.5.6 2.5-2.3 1.3-.9 2.5-2.6-.3-2 1.7-2-1.7-2.6.3-.9-2.5-2.3-1.3.6-2.5-.6-2.5L4.5 6.4l.9-2.5 2.6.3zM7 10.2l2.2 2.2L13.2 8',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.6}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
      style={{ flex: 'none' }}
    >
      <path d={paths[name]} />
    </svg>
  );
}
