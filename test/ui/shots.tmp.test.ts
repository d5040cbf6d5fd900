import { test } from 'vitest';
import { Harness } from './panel-harness/harness.ts';
import { bert, flat, resnet18 } from './panel-harness/models.ts';

const only = process.env.SHOTS?.split(',');
const want = (n: string) => !only || only.includes(n);
async function shots(name: string, look: Parameters<typeof Harness.start>[0], run: (h: Harness) => Promise<void>) {
  if (!want(name)) return;
  const h = await Harness.start(look);
  try {
    await run(h);
    await h.page.waitForTimeout(300);
  } catch (e) {
    console.log(name, String(e));
  }
  await h.page.screenshot({ path: `/tmp/gw/${name}.png` });
  if (h.errors.length) console.log(name, h.errors);
  await h.end();
}
test('shots', async () => {
  await shots('resnet-dark', {}, async (h) => {
    await h.show(resnet18());
  });
  await shots('resnet-light-node', { theme: 'light' }, async (h) => {
    await h.show(resnet18(), 'Conv');
    await h.page.locator('[data-testid=node]').nth(4).click();
    await h.page.waitForSelector('[data-testid=node-details]');
  });
  await shots('resnet-fit', { theme: 'light' }, async (h) => {
    await h.show(resnet18());
    await h.page.getByTestId('fit').click();
  });
  await shots('bert-dark', {}, async (h) => {
    const t = Date.now();
    await h.show(bert(), 'acme::swish');
    console.log('bert', Date.now() - t);
  });
  await shots('bert-unfold', {}, async (h) => {
    await h.show(bert(), 'acme::swish');
    await h.page.getByTestId('unfold-all').click();
    await h.page.waitForTimeout(1500);
  });
  await shots('bert-unfold-fit', { theme: 'light' }, async (h) => {
    await h.show(bert(), 'acme::swish');
    await h.page.getByTestId('unfold-all').click();
    await h.page.waitForTimeout(1500);
    await h.page.getByTestId('fit').click();
  });
  await shots('hc', { theme: 'high-contrast' }, async (h) => {
    await h.show(resnet18(), 'Conv');
    await h.page.locator('[data-testid=node]').nth(3).click();
    await h.page.waitForSelector('[data-testid=node-details]');
  });
  await shots('narrow', { width: 400, height: 760 }, async (h) => {
    await h.show(resnet18(), 'Conv');
    await h.page.locator('[data-testid=node]').nth(1).click();
    await h.page.waitForSelector('[data-testid=node-details]');
  });
  await shots('flat-dark', {}, async (h) => {
    const t = Date.now();
    await h.show(flat(5000));
    console.log('flat', Date.now() - t);
  });
  await shots('flat-unfold', { theme: 'light' }, async (h) => {
    await h.show(flat(5000));
    const t = Date.now();
    await h.page.getByTestId('unfold-all').click();
    await h.page.waitForFunction(() => document.querySelectorAll('[data-testid=group-open]').length > 0, undefined, {
      timeout: 60000,
    });
    console.log('unfold', Date.now() - t);
  });
  await shots('search', { theme: 'light' }, async (h) => {
    await h.show(bert(), 'acme::swish');
    await h.page.keyboard.press('/');
    await h.page.keyboard.type('softmax');
    await h.page.waitForSelector('[data-testid=search-hit]');
    await h.page.keyboard.press('Enter');
  });
  await shots('error', {}, async (h) => {
    await h.fail({
      kind: 'input',
      code: 'weights-only',
      message: 'the file holds weights only, no program',
      place: { file: 'net.pth', inside: 'net/data.pkl', offset: 120 },
      next: 'Save the program too:\n    import torch\n    model = Net()\n    model.load_state_dict(torch.load("net.pth"))\n    program = torch.export.export(model.eval(), (torch.zeros(1, 3, 224, 224),))\n    torch.export.save(program, "net.pt2")',
    });
  });
}, 600_000);
