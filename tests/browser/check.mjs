// Opens a page of the report in Chromium and complains about whatever a reader would trip over.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { HtmlValidate } from 'html-validate';
import puppeteer from 'puppeteer-core';

const page = resolve(process.argv[2] ?? 'index.html');
const out = process.argv[3] ?? '.';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'];
const views = [
  { name: 'phone', width: 390, height: 844, scheme: 'light' },
  { name: 'phone-dark', width: 390, height: 844, scheme: 'dark' },
  { name: 'desk', width: 1280, height: 900, scheme: 'light' },
  { name: 'desk-dark', width: 1280, height: 900, scheme: 'dark' },
];
const complaints = [];

const html = await new HtmlValidate({ extends: ['html-validate:recommended'], rules: { 'long-title': 'off' } }).validateFile(page);
for (const message of html.results.flatMap((result) => result.messages)) {
  complaints.push(`html: line ${message.line}: ${message.message}`);
}

const browser = await puppeteer.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
for (const { name, width, height, scheme } of views) {
  const tab = await browser.newPage();
  // The page's own policy forbids scripts, axe too.
  await tab.setBypassCSP(true);
  const asked = [];
  tab.on('request', (request) => asked.push(request.url()));
  await tab.setViewport({ width, height });
  await tab.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  await tab.goto(pathToFileURL(page).href, { waitUntil: 'load' });
  // Closed parts are read too.
  await tab.evaluate(() => document.querySelectorAll('details').forEach((one) => (one.open = true)));
  for (const url of asked.slice(1)) complaints.push(`${name}: asks for ${url.slice(0, 100)}`);
  const wide = await tab.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (wide > 0) complaints.push(`${name}: ${wide} pixels too wide`);
  await tab.evaluate(axe);
  const found = await tab.evaluate((rules) => window.axe.run(document, { runOnly: rules }), rules);
  for (const one of found.violations) complaints.push(`${name}: ${one.id}: ${one.help} (${one.nodes[0].html.slice(0, 100)})`);
  await tab.evaluate(() => document.querySelectorAll('details').forEach((one) => (one.open = false)));
  await tab.screenshot({ path: `${out}/${name}.png`, fullPage: true });
  if (name === 'desk') {
    await tab.emulateMediaFeatures([]);
    await tab.pdf({ path: `${out}/page.pdf`, format: 'A4', margin: { top: '15mm', bottom: '15mm', left: '15mm', right: '15mm' } });
  }
  await tab.close();
}
await browser.close();
for (const complaint of complaints) console.error(complaint);
console.log(complaints.length === 0 ? 'clean' : `${complaints.length} complaints`);
process.exit(complaints.length === 0 ? 0 : 1);
