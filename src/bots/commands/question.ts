// A question with a yes that does the same act again, and a no.
import type { Ask } from '../command.js';
import type { Reply } from '../reply.js';

export const question = ({ id, words }: Ask, text: string, yes: string): Reply => ({
  text,
  buttons: [
    [
      { label: yes, press: `yes:${id}`, style: 'go' },
      { label: words.no, press: `no:${id}`, style: 'stop' },
    ],
  ],
});
