// Small comforts; every page is complete without them.
const root = document.documentElement;
const german = root.lang === 'de';

// Light or dark by hand.
const toggle = document.getElementById('theme-toggle');
if (toggle) {
  const dark = () => (root.dataset.kernTheme || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';
  const label = () => { toggle.querySelector('span').textContent = dark() ? toggle.dataset.light : toggle.dataset.dark; };
  toggle.addEventListener('click', () => {
    root.dataset.kernTheme = dark() ? 'light' : 'dark';
    try { localStorage.setItem('trio-theme', root.dataset.kernTheme); } catch { /* works for this page only */ }
    label();
  });
  label();
  document.getElementById('theme-box').hidden = false;
}

// A copy button beside everything worth copying.
for (const box of document.querySelectorAll('[data-copy]')) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'kern-btn kern-btn--tertiary trio-copy';
  const words = document.createElement('span');
  words.className = 'kern-label';
  words.setAttribute('role', 'status');
  const rest = german ? 'Kopieren' : 'Copy';
  words.textContent = rest;
  button.append(words);
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(box.textContent.replace(/^GET /, ''));
      words.textContent = german ? 'Kopiert' : 'Copied';
    } catch {
      const range = document.createRange();
      range.selectNodeContents(box);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      words.textContent = german ? 'Markiert' : 'Selected';
    }
    setTimeout(() => { words.textContent = rest; }, 2500);
  });
  box.after(button);
}

// A small filter above long lists of values.
for (const more of document.querySelectorAll('.trio-facet__more')) {
  const fields = more.closest('fieldset');
  const rows = [...fields.querySelectorAll('.trio-check')];
  if (rows.length < 15) continue;
  const box = document.createElement('input');
  box.type = 'search';
  box.className = 'kern-form-input__input';
  box.setAttribute('aria-label', (german ? 'Liste eingrenzen: ' : 'Narrow the list: ') + fields.querySelector('legend').textContent);
  box.placeholder = german ? 'Liste eingrenzen' : 'Narrow the list';
  box.addEventListener('input', () => {
    const want = box.value.trim().toLocaleLowerCase();
    if (want) more.open = true;
    for (const row of rows) row.hidden = !row.textContent.toLocaleLowerCase().includes(want) && !row.querySelector('input').checked;
  });
  box.addEventListener('keydown', (e) => { if (e.key === 'Enter') e.preventDefault(); });
  fields.querySelector('legend').after(box);
}
