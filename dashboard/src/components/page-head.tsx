import { useEffect, type ReactNode } from 'react';

/** The title of a page, also of the document; what stands beside it are its tools. */
export function PageHead({ title, lead, children }: { title: string; lead?: ReactNode; children?: ReactNode }): ReactNode {
  useDocumentTitle(title);
  return (
    <div className="page-head">
      <div>
        <h1>{title}</h1>
        {lead === undefined ? null : <p className="lead">{lead}</p>}
      </div>
      {children}
    </div>
  );
}

/** Names the document, for tabs, history and screen readers. */
export function useDocumentTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} – Serin`;
  }, [title]);
}
