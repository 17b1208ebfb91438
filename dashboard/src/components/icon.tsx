import type { ReactNode } from 'react';

/** Drawings in a box of 24 by 24, in strokes. */
const drawings = {
  releases: 'M5 4v9a4 4 0 0 0 4 4h10M15 13l4 4-4 4M5 8h8a3 3 0 0 0 3-3V3',
  policies: 'M7 3h8l4 4v14H7a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zM14 3v5h5M9 13h6M9 17h6',
  approvals: 'M12 3l7 3v5c0 5-3 8.500-7 10-4-1.500-7-5-7-10V6zM9 12l2 2 4-4',
  images: 'M12 3l8 4.500v9L12 21l-8-4.500v-9zM4 7.500l8 4.500 8-4.500M12 12v9',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.500 20.500c1-4 4-6 7.500-6s6.500 2 7.500 6',
  ok: 'M20.500 12a8.500 8.500 0 1 1-17 0 8.500 8.500 0 0 1 17 0zM8.500 12.200l2.500 2.500 4.800-5',
  bad: 'M20.500 12a8.500 8.500 0 1 1-17 0 8.500 8.500 0 0 1 17 0zM9 9l6 6M15 9l-6 6',
  wait: 'M20.500 12a8.500 8.500 0 1 1-17 0 8.500 8.500 0 0 1 17 0zM12 7v5.200l3.300 2',
  run: 'M20.500 12a8.500 8.500 0 1 1-17 0 8.500 8.500 0 0 1 17 0zM10 8.500v7l5.500-3.500z',
  pause: 'M20.500 12a8.500 8.500 0 1 1-17 0 8.500 8.500 0 0 1 17 0zM10 9v6M14 9v6',
  stop: 'M8.300 3.500h7.400l4.800 4.800v7.400l-4.800 4.800H8.300l-4.800-4.800V8.300zM12 8v4.500M12 16v.01',
  back: 'M9 6L4 11l5 5M4 11h10a6 6 0 0 1 6 6v1',
  retry: 'M19.500 12a7.500 7.500 0 1 1-2.200-5.300L19.500 9M19.500 4v5h-5',
  forward: 'M5 5v14l8-7zM14 5v14l6-7z',
  freeze: 'M12 3v18M4.200 7.500l15.600 9M19.800 7.500l-15.600 9M9.500 4.500L12 7l2.500-2.500M9.500 19.500L12 17l2.500 2.500',
  warning: 'M12 4l9 16H3zM12 10v4M12 17v.01',
  search: 'M17.500 10.500a7 7 0 1 1-14 0 7 7 0 0 1 14 0zM15.700 15.700L20.500 20.500',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  close: 'M6 6l12 12M18 6L6 18',
  next: 'M9 5l7 7-7 7',
  before: 'M15 5l-7 7 7 7',
  leave: 'M14 4H6a1 1 0 0 0-1 1v14a1 1 0 0 0 1 1h8M10 12h10M16.500 8.500L20 12l-3.500 3.500',
  lost: 'M3 9c5-4.700 13-4.700 18 0M6.500 12.800c3-2.900 8-2.900 11 0M10 16.500c1.200-1.100 2.800-1.100 4 0M12 20v.01M4 3l16 18',
  key: 'M15 14a5 5 0 1 0-4.600-3L4 17.500V20h3v-2h2v-2h2l1-1.400c.8.300 2 .4 3 .4zM16 8v.01',
  link: 'M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.700-5.700L12 7M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.700 5.700L12 17',
  busy: 'M12 3.500a8.500 8.500 0 1 1-8.500 8.500',
} as const;
export type IconName = keyof typeof drawings;

/** A drawing beside a word, which says the same; so it is hidden from screen readers. */
export function Icon({ name }: { name: IconName }): ReactNode {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={drawings[name]} />
    </svg>
  );
}
