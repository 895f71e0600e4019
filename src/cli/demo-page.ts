/** One HTML file, pictures included, that shows queries and what was found for each. */
import type { Tier } from '../api-search.ts';

export interface Picture {
  name: string;
  /** Upright size in pixels. */
  width: number;
  height: number;
  /** The bytes of the thumbnail. */
  content: Uint8Array;
  /** Media type. */
  type: string;
}

export interface Answer {
  query: Picture;
  matches: (Picture & { score: number; tier: Tier })[];
}

const style = `
  body {
    margin: 0 auto;
    max-width: 80rem;
    padding: var(--space-6);
    background: var(--background);
    color: var(--text);
    font: var(--text-base) / var(--leading) var(--font);
  }
  h1 { font-size: var(--text-display); line-height: var(--leading-tight); }
  h2 { margin-top: var(--space-7); font-size: var(--text-title); line-height: var(--leading-tight); }
  .answer { display: flex; flex-wrap: wrap; gap: var(--space-4); align-items: start; }
  .matches { display: flex; flex: 1 1 30rem; flex-wrap: wrap; gap: var(--space-4); margin: 0; padding: 0; }
  .matches { list-style: none; }
  figure { margin: 0; }
  img { display: block; border-radius: var(--radius); background: var(--placeholder); }
  .matches img { width: auto; height: 9rem; }
  .query img { width: 18rem; height: auto; outline: 0.1875rem solid var(--accent); outline-offset: 0.125rem; }
  figcaption { margin-top: var(--space-1); font-size: var(--text-small); }
  figcaption span { display: block; color: var(--text-muted); }
`;

/** @param tokens the style sheet with Akin's sizes and colours, light and dark */
export function demoPage(answers: readonly Answer[], tokens: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>What belongs together – Akin</title>
<style>${tokens}${style}</style>
</head>
<body>
<h1>What belongs together</h1>
<p>Akin compared each sample photo on the left with all others. A score of 1 is the same picture.</p>
${answers.map(section).join('\n')}
</body>
</html>
`;
}

function section({ query, matches }: Answer): string {
  const items = matches.map(
    (match) => `<li>${figure(match, `${match.tier}, ${match.score.toFixed(3)}`)}</li>`,
  );
  return `<section>
<h2>${escaped(query.name)}</h2>
<div class="answer">
<div class="query">${figure(query, 'the query')}</div>
<ol class="matches">
${items.join('\n')}
</ol>
</div>
</section>`;
}

function figure({ name, width, height, content, type }: Picture, note: string): string {
  const data = `data:${type};base64,${Buffer.from(content).toString('base64')}`;
  return (
    `<figure><img src="${escaped(data)}" width="${width}" height="${height}" alt="${escaped(name)}">` +
    `<figcaption>${escaped(name)}<span>${escaped(note)}</span></figcaption></figure>`
  );
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
