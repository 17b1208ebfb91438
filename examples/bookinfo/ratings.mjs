// Stars per reviewer.
import { serve } from './server.mjs';

serve((request, url) => {
  const id = /^\/ratings\/(\d+)$/.exec(url.pathname)?.[1];
  return id === undefined ? undefined : { body: { id: Number(id), ratings: { Reviewer1: 5, Reviewer2: 4 } } };
});
