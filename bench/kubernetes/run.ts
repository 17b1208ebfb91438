import { runSubjects } from '../harness/run-subjects.js';
import { approvals } from './approvals.js';
import { idlePolicies } from './idle-policies.js';
import { killedLeader } from './killed-leader.js';
import { manyReleases } from './many-releases.js';

await runSubjects([manyReleases, approvals, killedLeader, idlePolicies], { childrenEnd: true });
