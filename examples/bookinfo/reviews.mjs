// Reviews of a book. v1 shows no stars, v2 black ones, v3 and v4 red ones; FAIL_PERCENT of the requests fail (v4: see images.json).
import { call, serve, version } from './server.mjs';

const COLOURS = { v1: undefined, v2: 'black', v3: 'red', v4: 'red' };
const colour = version in COLOURS ? COLOURS[version] : 'red';
const failPercent = Number(process.env.FAIL_PERCENT ?? 0);
const ratingsAddress = process.env.RATINGS_ADDRESS ?? 'http://ratings:9080';
let requests = 0;

/** Spreads the failures evenly: of any hundred requests in a row, exactly failPercent fail. */
function fails() {
  requests += 1;
  return Math.floor((requests * failPercent) / 100) !== Math.floor(((requests - 1) * failPercent) / 100);
}

async function ratings(id, request) {
  if (colour === undefined) return {};
  try {
    const { status, body } = await call(`${ratingsAddress}/ratings/${id}`, request);
    if (status === 200) return body.ratings;
  } catch (error) {
    console.error(`ratings: ${error.message}`);
  }
  return undefined;
}

function rating(stars) {
  if (colour === undefined) return {};
  return { rating: stars === undefined ? { error: 'Ratings are not available at the moment' } : { stars, color: colour } };
}

serve(async (request, url) => {
  const id = /^\/reviews\/(\d+)$/.exec(url.pathname)?.[1];
  if (id === undefined) return undefined;
  if (fails()) return { status: 500, body: { error: `reviews ${version} failed` } };
  const stars = await ratings(id, request);
  return {
    body: {
      id: Number(id),
      podname: process.env.HOSTNAME ?? '',
      reviews: [
        { reviewer: 'Reviewer1', text: 'An extremely entertaining play. The slapstick humour is refreshing!', ...rating(stars?.Reviewer1) },
        { reviewer: 'Reviewer2', text: 'Absolutely fun and entertaining. Thin on plot beside other plays by Shakespeare.', ...rating(stars?.Reviewer2) },
      ],
    },
  };
});
