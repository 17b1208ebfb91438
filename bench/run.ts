import { api } from './api.js';
import { dashboard } from './dashboard.js';
import { decisions } from './decisions.js';
import { gateway } from './gateway.js';
import { runSubjects } from './harness/run-subjects.js';
import { judging } from './judge.js';
import { memory } from './memory.js';
import { pages } from './pages.js';
import { releases } from './releases.js';
import { shares } from './shares.js';

await runSubjects([gateway, shares, decisions, judging, api, pages, memory, dashboard, releases]);
