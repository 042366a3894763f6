// A tick that stands as it was clicked until the server has answered, and then as it is.
import { useState } from 'preact/hooks';

export function Tick(needs: {
  text: string;
  checked: boolean;
  set: (on: boolean) => Promise<unknown>;
  testid: string;
}) {
  const { text, checked, set, testid } = needs;
  const [asked, setAsked] = useState<boolean | null>(null);
  const ask = async (on: boolean) => {
    setAsked(on);
    await set(on);
    setAsked(null);
  };
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={asked ?? checked}
        data-testid={testid}
        onChange={(event) => void ask(event.currentTarget.checked)}
      />
      {text}
    </label>
  );
}
