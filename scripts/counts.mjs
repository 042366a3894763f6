// A vitest reporter that sends the counts of a run to the script that started it.

/** A file that could not be run counts as one failure, and so does an error outside all tests. */
export function countRun(modules, errors) {
  const counts = { passed: 0, failed: errors.length, skipped: 0 };
  for (const module of modules) {
    let failed = 0;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'failed') failed += 1;
      else counts[state === 'passed' ? 'passed' : 'skipped'] += 1;
    }
    counts.failed += failed === 0 && module.state() === 'failed' ? 1 : failed;
  }
  return counts;
}

export default class Counts {
  onTestRunEnd(modules, errors) {
    if (process.send) process.send({ counts: countRun(modules, errors) });
  }
}
