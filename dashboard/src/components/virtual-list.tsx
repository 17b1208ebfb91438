import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState, type ReactNode } from 'react';

/** Below so many rows all are drawn, so that the browser's own search finds them. */
const DRAW_ALL = 60;
const OVERSCAN = 6;

/**
 * A long list of rows of one height in pixels, of which only those in sight are drawn. It scrolls with the window. Rows say their
 * place to screen readers. `children` draws the content of one row and should be memoised inside.
 */
export function VirtualList({ ids, rowHeight, label, children }: { ids: readonly string[]; rowHeight: number; label: string; children: (id: string) => ReactNode }): ReactNode {
  const list = useRef<HTMLUListElement>(null);
  const [top, setTop] = useState(0);
  useEffect(() => {
    const measure = (): void => setTop((list.current?.getBoundingClientRect().top ?? 0) + window.scrollY);
    measure();
    // What stands above may grow: filters that wrap, a notice.
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, []);
  const virtual = useWindowVirtualizer({
    count: ids.length,
    estimateSize: () => rowHeight,
    overscan: ids.length <= DRAW_ALL ? DRAW_ALL : OVERSCAN,
    scrollMargin: top,
    // Drawn with the next frame, and not within each event of scrolling, of which a frame may have several.
    useFlushSync: false,
    getItemKey: (index) => ids[index] ?? index,
  });
  useEffect(() => virtual.measure(), [virtual, rowHeight]);
  return (
    <ul ref={list} className="virtual" aria-label={label} style={{ height: virtual.getTotalSize() }}>
      {virtual.getVirtualItems().map((row) => {
        const id = ids[row.index];
        return id === undefined ? null : (
          <li key={id} aria-setsize={ids.length} aria-posinset={row.index + 1} style={{ height: rowHeight, transform: `translateY(${row.start - virtual.options.scrollMargin}px)` }}>
            {children(id)}
          </li>
        );
      })}
    </ul>
  );
}
