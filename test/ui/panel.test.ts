/** The graph panel by itself: what one sees and does, with the mouse and with the keyboard, in every kind of theme. */
import { mkdirSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { Harness, type Look } from './panel-harness/harness.ts';
import { bert, flat, resnet18 } from './panel-harness/models.ts';

const SHOTS = inRoot('artifacts/screenshots');
mkdirSync(SHOTS, { recursive: true });

let panel: Harness | undefined;

async function started(look?: Look): Promise<Harness> {
  panel = await Harness.start(look);
  return panel;
}

afterEach(async ({ task }) => {
  const { errors = [], page } = panel ?? {};
  await page?.screenshot({ path: `${SHOTS}/panel-${task.name.replace(/\W+/g, '-').slice(0, 60)}.png` });
  await panel?.end();
  panel = undefined;
  expect(errors).toEqual([]);
});

describe('looks', () => {
  const looks: readonly (Look & { readonly name: string })[] = [
    { name: 'light', theme: 'light' },
    { name: 'dark', theme: 'dark' },
    { name: 'high contrast', theme: 'high-contrast' },
    { name: 'narrow', width: 400, height: 760 },
  ];
  test.each(looks)('$name', async (look) => {
    const { page, show } = bound(await started(look));
    await show(resnet18(), 'Conv');
    await page.getByTestId('node').first().click();
    await page.getByTestId('node-details').getByText('kernel_shape').waitFor();
    // Nothing is wider than the window.
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
  });
});

/** Methods that can be taken apart. */
function bound(harness: Harness) {
  return { harness, page: harness.page, show: harness.show.bind(harness), send: harness.send.bind(harness) };
}

test('the first view begins with the inputs, and the model is described', async () => {
  const { page, show } = bound(await started());
  await show(resnet18());
  await page.locator('[data-testid=input][data-name=x]').waitFor();
  await page.locator('[data-testid=node][aria-label="Conv conv1, 7×7, stride 2, pad 3"]').waitFor();
  const summary = page.getByTestId('model-summary');
  expect(await summary.textContent()).toContain('11.7 M (46.8 MB)');
  await page.getByTestId('no-problems').waitFor();
});

test('a problem is a badge, also on the folded group around it, and its fix reaches the host', async () => {
  const { harness, page, show } = bound(await started());
  await show(bert(), 'acme::swish');
  const badges = page.getByTestId('problem-badge');
  await page.getByTestId('fold-all').click();
  await page.locator('[data-testid=problem-badge][data-id="main/encoder"]').waitFor();
  expect(await badges.count()).toBe(1);
  await page.getByTestId('problem-place').first().click();
  const details = page.getByTestId('node-details');
  await details.getByTestId('problem').waitFor();
  expect(await details.locator('h2').textContent()).toBe('acme::swish');
  await details.getByTestId('fix-define-custom-operator').click();
  await details.getByTestId('go-to-source').click();
  await details.getByTestId('show-in-text').first().click();
  expect(harness.heard).toMatchObject([
    { type: 'ready' },
    { type: 'selected' },
    {
      type: 'fix',
      fix: 'define-custom-operator',
      problem: {
        code: 'unsupported-operator',
        place: {
          groups: [
            'main/encoder',
            'main/encoder/encoder.layer.0',
            'main/encoder/encoder.layer.0/encoder.layer.0.intermediate',
          ],
        },
      },
    },
    { type: 'open-source', frame: { kind: 'python', function: 'forward' } },
    { type: 'open-text' },
  ]);
});

test('a node tells what simplification does to it, when it is asked for by a link or by the host', async () => {
  const { page, show, send } = bound(await started());
  await show(resnet18());
  await page.locator("[data-name='conv1.Conv_0']").click();
  await page.getByTestId('explain').click();
  const explanation = page.getByTestId('explanation');
  await explanation.getByText('it adds 0').waitFor();
  expect(await explanation.textContent()).toContain('its input has rank 3, not 2');
  expect(await explanation.getByText('Makes one Softplus').isVisible()).toBe(false);
  await explanation.getByText('1 further rule ends with this operator').click();
  await explanation.getByText('Makes one Softplus').waitFor();
  await send({ type: 'explain', node: 'maxpool.MaxPool_3' });
  await page.locator('[data-testid=node-details] h2', { hasText: 'MaxPool' }).waitFor();
  await explanation.getByText('it adds 0').waitFor();
});

test('the right button selects a node and says what stands there', async () => {
  const { page, show } = bound(await started());
  await show(resnet18());
  const graph = page.locator('svg.graph');
  await page.locator("[data-name='conv1.Conv_0']").click({ button: 'right' });
  expect(JSON.parse((await graph.getAttribute('data-vscode-context')) ?? '')).toMatchObject({ webviewSection: 'node' });
  await page.getByTestId('node-details').getByText('kernel_shape').waitFor();
  await graph.click({ button: 'right', position: { x: 5, y: 5 } });
  expect(JSON.parse((await graph.getAttribute('data-vscode-context')) ?? '')).toMatchObject({
    webviewSection: 'graph',
  });
});

test('groups fold and unfold where they stand', async () => {
  const { page, show } = bound(await started());
  await show(resnet18());
  const open = page.locator('[data-testid=group-open][data-id="main/layer1"]');
  const folded = page.locator('[data-testid=group][data-id="main/layer1"]');
  const before = await open.boundingBox();
  await open.click({ position: { x: 14, y: 14 } });
  await folded.waitFor();
  expect(Math.abs(((await folded.boundingBox())?.y ?? 0) - (before?.y ?? 0))).toBeLessThan(4);
  await folded.dblclick();
  await open.waitFor();
  expect(await page.getByTestId('group-details').locator('h2').textContent()).toBe('layer1');
});

test('search leads through its results and unfolds what hides them', async () => {
  const { page, show } = bound(await started({ theme: 'light' }));
  await show(bert());
  await page.getByTestId('fold-all').click();
  await page.getByTestId('graph').focus();
  await page.keyboard.press('/');
  await page.keyboard.type('softmax');
  await page.getByTestId('search-hit').first().waitFor();
  expect(await page.getByTestId('search-count').textContent()).toBe('12 found');
  await page.keyboard.press('Enter');
  await page.getByTestId('node-details').waitFor();
  expect(await page.getByTestId('search-count').textContent()).toBe('1 of 12');
  await page.locator('[data-testid=node].selected[data-name="encoder.layer.0.attention.self.Softmax_23"]').waitFor();
  await page.keyboard.press('Shift+Enter');
  await page.locator('[data-testid=node].selected[data-name*="layer.11"]').waitFor();
  expect(await page.getByTestId('search-count').textContent()).toBe('12 of 12');
  await page.keyboard.press('Escape');
  expect(await page.getByTestId('search-hits').isVisible()).toBe(false);
});

test('everything works by keyboard', async () => {
  const { page, show } = bound(await started());
  await show(resnet18());
  const selected = page.locator('.box.selected');
  await page.getByTestId('graph').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  expect(await selected.getAttribute('aria-label')).toMatch(/^Conv conv1/);
  expect(await page.getByTestId('graph').getAttribute('aria-activedescendant')).toBe(await selected.getAttribute('id'));
  for (let k = 0; k < 4; k++) await page.keyboard.press('ArrowDown');
  expect(await selected.getAttribute('aria-label')).toMatch(/^Conv conv1, 3×3/);
  await page.keyboard.press('ArrowUp');
  expect(await selected.getAttribute('aria-label')).toMatch(/^MaxPool/);
  expect(await page.getByTestId('live').textContent()).toMatch(/^MaxPool/);
  await page.keyboard.press('Enter');
  expect(await page.evaluate(() => document.activeElement?.className)).toBe('details-scroll');
  await page.keyboard.press('Escape');
  expect(await selected.count()).toBe(0);
  await page.keyboard.press('0');
  await page.locator('.graph.far').waitFor();
  await page.keyboard.press('+');
  await page.keyboard.press('+');
});

test('the host reveals a node by its output name', async () => {
  const { page, show, send } = bound(await started());
  await show(bert());
  await send({ type: 'reveal', node: 'encoder.layer.7.attention.self.Softmax_240_output' });
  await page.locator('[data-testid=node].selected[data-name="encoder.layer.7.attention.self.Softmax_240"]').waitFor();
  await send({ type: 'find' });
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('VSCODE-TEXT-FIELD');
});

test('what the user selects is told, what the host selects is not', async () => {
  const { harness, page, show, send } = bound(await started());
  await show(resnet18());
  const selected = () => harness.heard.flatMap((message) => (message.type === 'selected' ? [message.node] : []));
  await page.locator('[data-testid=node][data-name="conv1.Conv_0"]').click();
  const [conv] = selected();
  expect(conv).toMatch(/^n\d+$/);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Escape');
  expect(selected()).toHaveLength(3);
  expect(selected()[2]).toBeUndefined();
  await send({ type: 'follow', node: conv ?? '' });
  await page.locator('[data-testid=node].selected[data-name="conv1.Conv_0"]').waitFor();
  await send({ type: 'follow', node: 'no such node' });
  expect(await page.getByTestId('live').textContent()).toContain('conv1');
  expect(selected()).toHaveLength(3);
});

test('a target is chosen, converting and text are asked for', async () => {
  const { harness, page, show } = bound(await started());
  await show(resnet18());
  await page.getByTestId('target').click();
  await page.getByRole('option', { name: 'Caffe (OpenCV)' }).click();
  await page.getByTestId('convert').click();
  await page.getByTestId('open-text').click();
  expect(harness.heard.slice(1)).toEqual([
    { type: 'choose-target', target: { target: 'caffe:opencv' } },
    { type: 'convert' },
    { type: 'open-text' },
  ]);
});

test('elements of a constant are read when they are asked for', async () => {
  const { page, show } = bound(await started());
  await show(resnet18());
  await page.getByTestId('node').first().click();
  await page.getByTestId('show-values').first().click();
  await page.getByText('64 of 9,408').waitFor();
  expect(await page.getByTestId('tensor-values').textContent()).toMatch(/^(0, ){63}0$/);
});

test('an error says where, what and what next, with code to copy', async () => {
  const { harness, page } = bound(await started());
  await harness.fail({
    kind: 'input',
    code: 'weights-only',
    message: 'the file holds weights only',
    place: { file: 'net.pth', inside: 'net/data.pkl', offset: 12 },
    next: 'Save the program too:\n    import torch\n    torch.export.save(program, "net.pt2")',
  });
  expect(await page.getByTestId('error-message').textContent()).toBe('The file holds weights only.');
  expect(await page.getByTestId('error-place').textContent()).toBe('net.pth[net/data.pkl] at byte 12');
  expect(await page.getByTestId('error-next').textContent()).toBe('Save the program too:');
  await page.getByTestId('copy-code').click();
  await page.getByTestId('reload').click();
  expect(harness.heard.slice(1)).toEqual([
    { type: 'copy', text: 'import torch\ntorch.export.save(program, "net.pt2")' },
    { type: 'reload' },
  ]);
  await harness.show(resnet18());
  await page.getByTestId('node').first().waitFor();
});

test('five thousand nodes are folded at first, and unfolded without freezing', async () => {
  const { page, show } = bound(await started());
  const start = performance.now();
  await show(flat(5000));
  expect(performance.now() - start).toBeLessThan(20_000);
  const longest = page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let longest = 0;
        let last = performance.now();
        const end = last + 4000;
        const tick = (now: number) => {
          longest = Math.max(longest, now - last);
          last = now;
          if (now < end) requestAnimationFrame(tick);
          else resolve(longest);
        };
        requestAnimationFrame(tick);
      }),
  );
  await page.getByTestId('unfold-all').click();
  await page.locator('[data-testid=graph][aria-busy=true]').waitFor();
  await page.locator('[data-testid=graph][aria-busy=false]').waitFor();
  await page.getByTestId('fit').click();
  await page.locator('.graph.far').waitFor();
  // The layout has its own thread; what is left is drawing.
  expect(await longest).toBeLessThan(1500);
});
