// Line icons, drawn here so that the page needs nothing from elsewhere.
const PATHS = {
  lock: "M6 10V7a4 4 0 0 1 8 0v3M5 10h10v7H5z",
  hash: "M7.5 3 6 17M14 3l-1.5 14M3.5 7.5h13.5M3 12.5h13.5",
  pin: "M12.5 3 17 7.5l-3 1-3.5 3.5-.5 3.5L4.5 10 8 9.5 11.5 6zM7.2 12.8 3 17",
  people: "M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2 17c0-3 2.5-5 5.5-5s5.5 2 5.5 5M13 4a3 3 0 0 1 0 5.5M15 12.3c1.9.7 3 2.4 3 4.7",
  close: "M5 5l10 10M15 5 5 15",
  back: "M12.5 4 6.5 10l6 6",
  chevron: "M5 8l5 5 5-5",
  more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  reply: "M17 9.5c0 3.6-3.1 6.5-7 6.5-1 0-2-.2-2.9-.6L3 17l1.3-3.5A6 6 0 0 1 3 9.5C3 5.9 6.1 3 10 3s7 2.9 7 6.5z",
  smile: "M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15zM7 12s1 1.8 3 1.8S13 12 13 12M7.5 7.8h.01M12.5 7.8h.01",
  link: "M8.5 11.5a3 3 0 0 0 4.5.3l2.5-2.5a3 3 0 0 0-4.3-4.3L10 6.2M11.5 8.5a3 3 0 0 0-4.5-.3l-2.5 2.5a3 3 0 0 0 4.3 4.3L10 13.8",
  send: "M3 4l14.5 6L3 16l2-6zM5 10h6",
  search: "M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12zM13.5 13.5 17 17",
  sun: "M10 13.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM10 2v1.5M10 16.5V18M2 10h1.5M16.5 10H18M4.3 4.3l1.1 1.1M14.6 14.6l1.1 1.1M4.3 15.7l1.1-1.1M14.6 5.4l1.1-1.1",
  moon: "M16.5 11.8A7 7 0 0 1 8.2 3.5a7 7 0 1 0 8.3 8.3z",
  menu: "M3 5.5h14M3 10h14M3 14.5h14",
  home: "M3.5 9 10 3.5 16.5 9v7.5H12v-4.5H8v4.5H3.5z",
  file: "M5 2.5h6.5L15 6v11.5H5zM11 2.5V6.5h4",
  download: "M10 3v9.5M6 9l4 4 4-4M3.5 16.5h13",
  check: "M4 10.5l4 4 8-9",
  bookmark: "M5.5 3h9v14L10 13.5 5.5 17z",
  expand: "M12 3h5v5M17 3l-6 6M8 17H3v-5M3 17l6-6",
  bolt: "M11 2 4 11.5h5L8.5 18 16 8.5h-5z",
  eye: "M2 10s3-5.5 8-5.5S18 10 18 10s-3 5.5-8 5.5S2 10 2 10zM10 12.3a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6z",
  plus: "M10 4v12M4 10h12",
};

export function Icon({ name, size = 18 }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 20 20" aria-hidden="true">
      <path d={PATHS[name]} fill="none" stroke="currentColor" strokeWidth={name === "more" ? 2.6 : 1.6} strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}

export function IconButton({ icon, label, onClick, pressed, className = "", size, ...rest }) {
  return (
    <button type="button" className={`icon-button ${className}`} aria-label={label} title={label} aria-pressed={pressed} onClick={onClick} {...rest}>
      <Icon name={icon} size={size} />
    </button>
  );
}
