import { describe, expect, test } from 'vitest';
import { en } from '../../../renderer/messages/en.ts';
import {
  formatBytes,
  formatDay,
  formatDuration,
  formatPercent,
  formatPosition,
  formatScore,
  formatSpan,
} from '../../../renderer/messages/formats.ts';
import { chooseLanguage, wordError } from '../../../renderer/messages/languages.ts';
import { zhCn } from '../../../renderer/messages/zh-cn.ts';
import { errorCodes } from '../../../src/errors.ts';

/** Every text that needs no arguments, under its path. */
function texts(words: object, path = ''): [string, string][] {
  return Object.entries(words).flatMap(([key, value]): [string, string][] => {
    if (typeof value === 'string') return [[path + key, value]];
    return typeof value === 'object' && value !== null ? texts(value as object, `${path}${key}.`) : [];
  });
}

function placesOf(text: string): string[] {
  return [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();
}

describe('the languages', () => {
  test('word the same things, and leave nothing empty', () => {
    expect(
      texts(zhCn)
        .map(([path]) => path)
        .sort(),
    ).toEqual(
      texts(en)
        .map(([path]) => path)
        .sort(),
    );
    for (const [, text] of [...texts(en), ...texts(zhCn)]) expect(text.trim()).not.toBe('');
  });

  test('nothing was left in English', () => {
    const english = new Map(texts(en));
    const same = texts(zhCn).filter(([path, text]) => english.get(path) === text);
    expect(same).toEqual([]);
  });

  test.each(Object.entries(errorCodes))('the error %s names the same details in both', (code, text) => {
    const known = placesOf(text);
    expect(placesOf(en.errors[code as keyof typeof errorCodes])).toEqual(known);
    expect(placesOf(zhCn.errors[code as keyof typeof errorCodes])).toEqual(known);
  });

  test('counts read right', () => {
    expect([0, 1, 2, 12_345].map(en.photos)).toEqual(['0 photos', '1 photo', '2 photos', '12,345 photos']);
    expect([0, 1, 12_345].map(zhCn.photos)).toEqual(['0 张照片', '1 张照片', '12,345 张照片']);
  });
});

describe('chooseLanguage', () => {
  test('takes the first of the system that is known', () => {
    expect(chooseLanguage('system', ['fr-FR', 'zh-Hans-CN', 'en-US']).words).toBe(zhCn);
    expect(chooseLanguage('system', ['en-GB', 'zh-CN'])).toEqual({ tag: 'en-GB', words: en });
  });

  test('falls back to English', () => {
    expect(chooseLanguage('system', ['fr-FR'])).toEqual({ tag: 'en', words: en });
    expect(chooseLanguage('system', [])).toEqual({ tag: 'en', words: en });
    expect(chooseLanguage('system', ['en_US.UTF-8'])).toEqual({ tag: 'en', words: en });
  });

  test('the choice goes before the system', () => {
    expect(chooseLanguage('zh-CN', ['en-US']).words).toBe(zhCn);
    expect(chooseLanguage('en', ['zh-CN']).words).toBe(en);
  });
});

test('errors are worded by code; an unknown code keeps its text', () => {
  const details = { path: '/p/a.jpg' };
  expect(wordError(zhCn, { code: 'photo-missing', message: '', details })).toBe('文件 /p/a.jpg 已不存在。');
  expect(wordError(en, { code: 'toString', message: 'Odd.', details })).toBe('Odd.');
});

describe('formats', () => {
  test('scores are shares, and only identical photos are wholly alike', () => {
    expect(formatScore('en', 0.876, false)).toBe('88%');
    expect(formatScore('en', 0.9999, false)).toBe('99%');
    expect(formatScore('en', 0.9999, true)).toBe('100%');
    expect(formatScore('en', -0.2, false)).toBe('0%');
  });

  test('sizes step by a thousand', () => {
    expect([0, 999, 1500, 2_400_000, 25_000_000, 3e12].map((bytes) => formatBytes('en', bytes))).toEqual([
      '0 bytes',
      '999 bytes',
      '1.5 kB',
      '2.4 MB',
      '25 MB',
      '3,000 GB',
    ]);
  });

  test('dates are the camera’s own, in any time zone; an impossible one is empty', () => {
    expect(formatDay('en-GB', Date.UTC(2024, 4, 20, 23, 59))).toMatch(/20 May 2024/);
    expect(formatDay('zh-CN', Date.UTC(2024, 4, 20))).toMatch(/2024年5月20日/);
    expect(formatDay('en', Number.NaN)).toBe('');
  });

  test('spans of time are no longer than they must be', () => {
    const [may, alsoMay, june] = [Date.UTC(2024, 4, 2), Date.UTC(2024, 4, 30), Date.UTC(2024, 5, 1)];
    expect(formatSpan('en-GB', may, may)).toBe('2 May 2024');
    expect(formatSpan('en-GB', may, alsoMay)).toBe('May 2024');
    expect(formatSpan('en-GB', may, june)).toMatch(/^May\D+Jun\w* 2024$/);
    expect(formatSpan('en-GB', june, may)).toBe(formatSpan('en-GB', may, june));
    expect(formatSpan('en', Number.NaN, june)).toBe('');
  });

  test('what is not wholly so does not read as 100 %', () => {
    expect([0, 97.44, 99.99, 100].map((percent) => formatPercent('en', percent))).toEqual([
      '0%',
      '97.4%',
      '99.9%',
      '100%',
    ]);
  });

  test('durations and positions', () => {
    expect(formatDuration('en', 0.2)).toBe('1 ms');
    expect(formatDuration('en', 1250)).toBe('1.3 sec');
    expect(formatPosition('en', 48.8584, -2.2945)).toBe('48.8584° N, 2.2945° W');
  });
});
