// In the overlay's page: the time of each frame its scripts are asked for, and alerts that go up.
window.counter = { frames: [], alerts: 0 };
const frame = (at) => {
  window.counter.frames.push(at);
  requestAnimationFrame(frame);
};
requestAnimationFrame(frame);
new MutationObserver((changes) => {
  for (const node of changes.flatMap((change) => [...change.addedNodes]))
    if (node instanceof HTMLElement && node.classList.contains('alert')) window.counter.alerts += 1;
}).observe(document, { childList: true, subtree: true });
