import fc from 'fast-check';

// The same cases each time, so that a failure is the change's; SERIN_SEED draws others.
fc.configureGlobal({ seed: Number(process.env['SERIN_SEED'] ?? 20_260_101) });
