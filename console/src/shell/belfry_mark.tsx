// The belfry: a tower with its bell.
export function BelfryMark({ size = 34 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="#165349" />
      <g
        fill="none"
        stroke="#f0d9b5"
        strokeWidth="1.8"
        strokeLinejoin="round"
        strokeLinecap="round"
      >
        <path d="M16 3.5 26.5 12h-21z" />
        <path d="M7.8 12.5v15.7M24.2 12.5v15.7" />
      </g>
      <path
        d="M16 14c3.3 0 5 2.4 5 5.6 0 3 .7 4 1.7 5.1H9.3c1-1.1 1.7-2.1 1.7-5.1 0-3.2 1.7-5.6 5-5.6z"
        fill="#e0a458"
      />
      <circle cx="16" cy="26.4" r="1.7" fill="#e0a458" />
    </svg>
  );
}

// The tower at length, for the page that has nothing else: hatched stone, the bell swinging.
export function Tower() {
  const courses = Array.from({ length: 11 }, (_, row) => 190 + row * 22);
  return (
    <svg viewBox="0 0 300 430" className="tower" aria-hidden="true" focusable="false">
      <g fill="none" stroke="currentColor" strokeWidth="2" strokeLinejoin="round">
        <path d="M150 10v30" />
        <path d="M150 12h26l-8 7 8 7h-26" fill="#e0a458" stroke="none" />
        <path d="M150 40 96 96h108z" />
        <path d="M88 96h124v12H88zM98 108v64M202 108v64M88 172h124v12H88z" />
        <path d="M114 172v-34a36 36 0 0 1 72 0v34" />
        <path d="M102 184v242M198 184v242M60 426h180" />
        <path d="M138 426v-34a12 12 0 0 1 24 0v34M144 250v-14a6 6 0 0 1 12 0v14zM144 320v-14a6 6 0 0 1 12 0v14z" />
      </g>
      <g stroke="currentColor" strokeWidth="1" opacity="0.45">
        {courses.map((y, row) => (
          <path
            key={y}
            d={row % 2 === 0 ? `M103 ${y}h20M177 ${y}h20` : `M103 ${y}h12M185 ${y}h12`}
          />
        ))}
      </g>
      <g className="tower-bell" fill="#e0a458">
        <path d="M150 116c13 0 19 9 19 22 0 14 4 18 9 24h-56c5-6 9-10 9-24 0-13 6-22 19-22z" />
        <circle cx="150" cy="167" r="5" />
      </g>
    </svg>
  );
}
