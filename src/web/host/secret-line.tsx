// One thing to copy into another program; what is a key is hidden until asked for.
import { useState } from 'preact/hooks';
import { Copy } from '../shared/parts.js';

export function Line({
  name,
  value,
  secret,
  testid,
}: {
  name: string;
  value: string;
  secret: boolean;
  testid: string;
}) {
  const [open, setOpen] = useState(!secret);
  return (
    <div class="secret">
      <span>{name}</span>
      <code data-testid={testid}>{open ? value : '•'.repeat(18)}</code>
      <div class="row">
        {secret && (
          <button type="button" class="quiet" data-testid={`${testid}-show`} onClick={() => setOpen(!open)}>
            {open ? 'Hide' : 'Show'}
          </button>
        )}
        <Copy text={value} testid={`${testid}-copy`} />
      </div>
    </div>
  );
}
