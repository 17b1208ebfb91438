// Facts about a book.
import { serve } from './server.mjs';

serve((request, url) => {
  const id = /^\/details\/(\d+)$/.exec(url.pathname)?.[1];
  if (id === undefined) return undefined;
  return {
    body: {
      id: Number(id),
      author: 'William Shakespeare',
      year: 1595,
      type: 'paperback',
      pages: 200,
      publisher: 'PublisherA',
      language: 'English',
      'ISBN-10': '1234567890',
      'ISBN-13': '123-1234567890',
    },
  };
});
