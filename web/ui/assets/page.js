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

// After a form came back, the summary of what is wrong is read first.
document.getElementById('faults')?.focus();

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

// Suggestions under a search box: a combobox after the ARIA pattern. Without it
// the box is a plain form.
for (const box of document.querySelectorAll('[data-suggest]')) {
  const list = document.createElement('ul');
  list.id = box.id + '-list';
  list.className = 'trio-suggest';
  list.hidden = true;
  list.setAttribute('role', 'listbox');
  list.setAttribute('aria-label', german ? 'Vorschläge' : 'Suggestions');
  const told = document.createElement('span');
  told.className = 'trio-sr';
  told.setAttribute('role', 'status');
  const frame = document.createElement('div');
  frame.className = 'trio-suggest__frame';
  box.before(frame);
  frame.append(box, list, told);
  for (const [name, value] of [['role', 'combobox'], ['aria-autocomplete', 'list'], ['aria-expanded', 'false'], ['aria-controls', list.id]]) box.setAttribute(name, value);
  let at = -1;
  let asked = 0;
  let chosen = false;
  let timer;
  const close = () => {
    list.hidden = true;
    at = -1;
    box.setAttribute('aria-expanded', 'false');
    box.removeAttribute('aria-activedescendant');
  };
  const mark = (i) => {
    at = i;
    [...list.children].forEach((row, k) => row.setAttribute('aria-selected', String(k === i)));
    if (i < 0) box.removeAttribute('aria-activedescendant');
    else box.setAttribute('aria-activedescendant', list.children[i].id);
  };
  const show = (rows) => {
    list.replaceChildren(...rows.map((x, i) => {
      const row = document.createElement('li');
      row.id = list.id + i;
      row.setAttribute('role', 'option');
      row.setAttribute('aria-selected', 'false');
      row.dataset.url = x.url;
      const text = document.createElement('span');
      text.textContent = x.text;
      const kind = document.createElement('span');
      kind.className = 'trio-suggest__kind';
      kind.textContent = x.count ? x.kind + ' (' + x.count + ')' : x.kind;
      row.append(text, ' ', kind);
      return row;
    }));
    at = -1;
    list.hidden = rows.length === 0;
    box.setAttribute('aria-expanded', String(rows.length > 0));
    told.textContent = rows.length + (german ? ' Vorschläge' : ' suggestions');
  };
  box.addEventListener('input', () => {
    clearTimeout(timer);
    const text = box.value.trim();
    const turn = ++asked;
    if (text.length < 2) { close(); return; }
    timer = setTimeout(async () => {
      try {
        const answer = await fetch(box.dataset.suggest + '?q=' + encodeURIComponent(text));
        const rows = answer.ok ? await answer.json() : [];
        if (turn === asked && document.activeElement === box) show(rows);
      } catch { close(); }
    }, 150);
  });
  box.addEventListener('keydown', (e) => {
    if (list.hidden) return;
    const n = list.children.length;
    if (e.key.startsWith('Arrow')) { asked++; clearTimeout(timer); } // what somebody chooses from must not change
    if (e.key === 'ArrowDown') { mark((at + 1) % n); e.preventDefault(); }
    else if (e.key === 'ArrowUp') { mark(at <= 0 ? n - 1 : at - 1); e.preventDefault(); }
    else if (e.key === 'Escape') { asked++; close(); e.preventDefault(); }
    else if (e.key === 'Enter' && at >= 0) { e.preventDefault(); chosen = true; location.href = list.children[at].dataset.url; }
  });
  // The same key must not send the form as well; a page that is shown again begins anew.
  box.form.addEventListener('submit', (e) => { if (chosen) e.preventDefault(); });
  addEventListener('pageshow', () => { chosen = false; });
  list.addEventListener('mousedown', (e) => {
    const row = e.target.closest('li');
    if (row) { e.preventDefault(); location.href = row.dataset.url; }
  });
  box.addEventListener('blur', () => { asked++; close(); });
}
