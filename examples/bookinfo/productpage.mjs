// The page of a book: its details and its reviews. The page shows an apology for what fails; the JSON passes the failure on.
import { call, serve } from './server.mjs';

const detailsAddress = process.env.DETAILS_ADDRESS ?? 'http://details:9080';
const reviewsAddress = process.env.REVIEWS_ADDRESS ?? 'http://reviews:9080';
const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escape = (text) => String(text).replace(/[&<>"']/g, (character) => ESCAPES[character]);

const get = (address, request) =>
  call(address, request).catch((error) => {
    console.error(`${address}: ${error.message}`);
    return { status: 503, body: { error: error.message } };
  });

const seenFrom = (answer) => ({
  'x-reviews-status': String(answer.status),
  ...(answer.version === undefined ? {} : { 'x-reviews-version': answer.version }),
});

serve(async (request, url) => {
  if (url.pathname === '/' || url.pathname === '/productpage') return page(request);
  if (url.pathname === '/static/style.css') return { headers: { 'content-type': 'text/css' }, body: STYLE };
  if (url.pathname === '/api/v1/products') return { body: [{ id: 0, title: 'The Comedy of Errors' }] };
  if (url.pathname === '/api/v1/products/0') {
    const { status, body } = await get(`${detailsAddress}/details/0`, request);
    return { status, body };
  }
  if (url.pathname === '/api/v1/products/0/reviews') {
    const answer = await get(`${reviewsAddress}/reviews/0`, request);
    return { status: answer.status, headers: seenFrom(answer), body: answer.body };
  }
  return undefined;
});

async function page(request) {
  const [details, reviews] = await Promise.all([get(`${detailsAddress}/details/0`, request), get(`${reviewsAddress}/reviews/0`, request)]);
  const body = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>The Comedy of Errors</title><link rel="stylesheet" href="/static/style.css"></head>
<body>
<h1>The Comedy of Errors</h1>
<section><h2>Details</h2>${details.status === 200 ? detailsOf(details.body) : sorry('Details')}</section>
<section><h2>Reviews</h2>${reviews.status === 200 ? reviews.body.reviews.map(review).join('') : sorry('Reviews')}</section>
<footer>reviews ${escape(reviews.version ?? '?')}${reviews.body.podname ? `, ${escape(reviews.body.podname)}` : ''}</footer>
</body>
</html>
`;
  return { headers: seenFrom(reviews), body };
}

const sorry = (what) => `<p class="error">${what} are not available at the moment.</p>`;

const detailsOf = (details) =>
  `<dl>${Object.entries(details).filter(([name]) => name !== 'id').map(([name, value]) => `<dt>${escape(name)}</dt><dd>${escape(value)}</dd>`).join('')}</dl>`;

const review = ({ reviewer, text, rating }) => `<blockquote><p>${escape(text)}</p><small>${escape(reviewer)}</small>${stars(rating)}</blockquote>`;

function stars(rating) {
  if (rating === undefined) return '';
  if (rating.stars === undefined) return `<p class="error">${escape(rating.error)}</p>`;
  const shown = '★'.repeat(rating.stars) + '☆'.repeat(5 - rating.stars);
  return `<p class="stars" style="color: ${escape(rating.color)}" title="${rating.stars} of 5">${shown}</p>`;
}

const STYLE = 'body { font-family: sans-serif; max-width: 40em; margin: 2em auto } .error { color: #a00 } dt { float: left; width: 8em } .stars { font-size: 150% }';
