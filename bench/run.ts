import { api } from './api.js';
import { decisions } from './decisions.js';
import { gateway } from './gateway.js';
import { runSubjects } from './harness/run-subjects.js';
import { memory } from './memory.js';
import { pages } from './pages.js';
import { releases } from './releases.js';
import { shares } from './shares.js';

await runSubjects([gateway, shares, decisions, api, pages, memory, releases]);
