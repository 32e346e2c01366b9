// Saves each answer as its field is left, so that nothing is lost when the line
// drops or the tab closes. Without it the buttons save the whole step.
const form = document.getElementById('step');
const status = document.getElementById('saved');
const waiting = new Set();
let busy = false;
let pause = 1000;
let leaving = false;
// While a button is pressed nothing on the page may move: the button would be gone
// from under the finger, and the press come to nothing. It saves everything anyway.
let pressing = false;
const released = () => new Promise((done) => { setTimeout(done, 300); });

function body(questions) {
  const all = new FormData(form);
  const out = new URLSearchParams();
  for (const [key, value] of all) {
    const [kind, id] = [key.slice(0, 2), key.slice(2)];
    if (['a.', 'r.', 'u.'].includes(kind) && questions.includes(id)) out.append(key, value);
  }
  return out;
}

function note(question, text, kind = 'trio-fault') {
  const box = document.getElementById('q-' + question);
  if (!box) return;
  let fault = box.querySelector('.' + kind);
  if (!fault && text) {
    fault = document.createElement('span');
    fault.className = kind;
    fault.setAttribute('role', 'status');
    const circle = box.querySelector('.trio-circle');
    circle.after(fault);
  }
  if (fault) fault.textContent = text;
}

// Questions that apply only now, or no longer, come and go; focus stays where it is.
async function refresh(shown) {
  const have = [...form.querySelectorAll('.trio-q')].map((q) => q.dataset.q);
  if (shown.length === have.length && shown.every((id) => have.includes(id))) return;
  const res = await fetch(location.href, { headers: { Accept: 'text/html' } });
  if (!res.ok) return;
  const fresh = new DOMParser().parseFromString(await res.text(), 'text/html');
  for (const box of form.querySelectorAll('.trio-q')) if (!shown.includes(box.dataset.q)) box.remove();
  let before = null;
  for (const box of fresh.querySelectorAll('#step .trio-q')) {
    const here = document.getElementById(box.id);
    if (here) { before = here; continue; }
    if (before) before.after(box); else form.prepend(box);
    before = box;
  }
}

async function save() {
  if (busy || pressing || waiting.size === 0) return;
  busy = true;
  const questions = [...waiting];
  waiting.clear();
  status.textContent = form.dataset.saving;
  try {
    const res = await fetch(form.action, { method: 'POST', body: body(questions), headers: { Accept: 'application/json' } });
    const type = res.headers.get('Content-Type') || '';
    if (!type.includes('json')) throw new Error(String(res.status));
    const answer = await res.json();
    while (pressing) await released();
    if (answer.error) {
      status.textContent = answer.error;
    } else {
      for (const [id, rev] of Object.entries(answer.revs)) {
        const field = form.elements['r.' + id];
        if (field && !answer.conflicts[id]) field.value = rev;
      }
      for (const id of questions) note(id, answer.conflicts[id] ? answer.conflicts[id].text : answer.errors[id] || '');
      for (const id of questions) note(id, answer.warns[id] || '', 'trio-warn');
      status.textContent = form.dataset.saved + ': ' + answer.at;
      await refresh(answer.shown);
    }
    pause = 1000;
  } catch {
    for (const id of questions) waiting.add(id);
    status.textContent = form.dataset.failed;
    setTimeout(() => { busy = false; save(); }, pause);
    pause = Math.min(pause * 2, 30000);
    return;
  }
  busy = false;
  save();
}

if (form && status && form.querySelector('button')) {
  form.addEventListener('change', (e) => {
    const box = e.target.closest('.trio-q');
    if (!box || e.target.name.startsWith('t.')) return;
    waiting.add(box.dataset.q);
    save();
  });
  form.addEventListener('pointerdown', (e) => { pressing = e.target.closest('button') !== null; });
  for (const end of ['pointerup', 'pointercancel']) {
    addEventListener(end, async () => {
      if (!pressing) return;
      await released(); // the press of a finger is told after it
      pressing = false;
      save();
    });
  }
  // What is being typed when the page goes is sent along.
  addEventListener('pagehide', () => {
    const active = document.activeElement && document.activeElement.closest('.trio-q');
    if (active) waiting.add(active.dataset.q);
    if (waiting.size) fetch(form.action, { method: 'POST', body: body([...waiting]), headers: { Accept: 'application/json' }, keepalive: true });
  });
  addEventListener('beforeunload', (e) => { if (!leaving && (waiting.size || busy)) e.preventDefault(); });
  form.addEventListener('submit', () => { leaving = true; waiting.clear(); });
}
for (const field of document.querySelectorAll('#fehler')) field.focus();
