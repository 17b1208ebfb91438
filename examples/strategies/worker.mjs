// A worker that nobody calls: it does a piece of work each second and says so, until it is told to end.
const { VERSION: version = 'v1' } = process.env;

let done = 0;
const work = setInterval(() => console.log(`${version} did piece ${++done}`), 1000);
process.once('SIGTERM', () => clearInterval(work));
