/** The picture on the screen: only what is seen is drawn, and from far away only its outlines. */
import type { StepSide } from '../../src/shared/conversion.ts';
import { s } from '../dom.ts';
import type { Measure } from '../scene/face.ts';
import { type Box, boxAt, EMPTY_SCENE, type Line, type Scene } from '../scene/scene.ts';
import { type Area, Camera, type Size, type View } from './camera.ts';
import { boxLabel, drawBadge, drawBox, drawFrame, drawLine, elementId, type ProblemCount } from './elements.ts';
import { drawOverview } from './overview.ts';

export interface GraphEvents {
  select(id: string | undefined): void;
  /** Double click, or a click on a chevron. */
  toggle(id: string): void;
  moved(view: View): void;
}

/** Below this scale text is left out; below the other one everything is an outline. */
const TEXT_SCALE = 0.4;
const OVERVIEW_SCALE = 0.16;
/** Pixels around the window in which elements are kept. */
const BESIDE = 200;
/** Left of this a click on a group's head folds or unfolds it. */
const CHEVRON_WIDTH = 26;
const NOWHERE = { left: 0, top: 0, width: 0 };

/** What stands on the screen for one box, badge or line. */
interface Drawn {
  readonly elements: readonly Element[];
  /** The box that it is, if it is one. */
  readonly box?: string;
}

export class GraphView {
  readonly element: SVGSVGElement;
  readonly camera: Camera;
  private readonly world = s('g', { class: 'world' });
  private readonly layers = {
    grounds: s('g', { class: 'grounds' }),
    lines: s('g', { class: 'lines' }),
    boxes: s('g', { class: 'boxes' }),
    overview: s('g', {}),
    badges: s('g', { class: 'badges' }),
  };
  private scene: Scene = EMPTY_SCENE;
  private readonly drawn = new Map<string, Drawn>();
  private problems: ReadonlyMap<string, ProblemCount> = new Map();
  private overview: SVGGElement | undefined;
  private selected: string | undefined;
  private hovered: string | undefined;
  private ringed: ReadonlySet<string> = new Set();
  private waiting = false;
  private size: Size | undefined;

  constructor(
    private readonly measure: Measure,
    private readonly events: GraphEvents,
  ) {
    const { grounds, lines, boxes, overview, badges } = this.layers;
    this.world.append(grounds, lines, boxes, overview, badges);
    const arrow = s(
      'marker',
      { id: 'arrow', viewBox: '0 0 8 8', refX: '7', refY: '4', markerWidth: '7', markerHeight: '7', orient: 'auto' },
      s('path', { d: 'M0 0.5L7.5 4L0 7.5Z', class: 'tip' }),
    );
    this.element = s(
      'svg',
      {
        class: 'graph',
        tabindex: '0',
        role: 'listbox',
        'aria-label': 'Graph of the model. Arrow keys follow the data, Enter opens details, slash searches.',
        'data-testid': 'graph',
      },
      s('defs', {}, arrow),
      this.world,
    );
    this.camera = new Camera(this.element, (view) => this.moved(view));
    this.element.addEventListener('click', (event) => this.clicked(event));
    this.element.addEventListener('contextmenu', (event) => this.menu(event));
    this.element.addEventListener('dblclick', (event) => {
      const box = this.boxUnder(event);
      if (box?.item.kind === 'group') this.events.toggle(box.id);
    });
    this.element.addEventListener('pointermove', (event) =>
      this.hover(event.buttons === 0 ? this.boxUnder(event)?.id : undefined),
    );
    this.element.addEventListener('pointerleave', () => this.hover(undefined));
    new ResizeObserver(() => this.resized()).observe(this.element);
  }

  /** Shows another picture; the box `keep` stays where it is on the screen. */
  show(scene: Scene, keep?: string): void {
    const before = keep === undefined ? undefined : this.scene.byId.get(keep);
    this.scene = scene;
    this.clear();
    this.overview = undefined;
    const after = keep === undefined ? undefined : scene.byId.get(keep);
    if (before && after) {
      const { x, y, k } = this.camera.view;
      const centre = (box: Box) => box.left + box.width / 2;
      this.camera.jump({ x: x + (centre(before) - centre(after)) * k, y: y + (before.top - after.top) * k, k });
    }
    this.draw();
  }

  get area(): Area {
    return { left: 0, top: 0, width: Math.max(1, this.scene.width), height: Math.max(1, this.scene.height) };
  }

  box(id: string): Box | undefined {
    return this.scene.byId.get(id);
  }

  /** Whether another picture is on its way. */
  set busy(busy: boolean) {
    this.element.setAttribute('aria-busy', String(busy));
  }

  mark(problems: ReadonlyMap<string, ProblemCount>): void {
    this.problems = problems;
    this.clear();
    this.draw();
  }

  /** Rings nodes that a step took away or put there. */
  ring(ids: ReadonlySet<string>, side: StepSide): void {
    this.ringed = ids;
    this.element.dataset.side = side;
    this.lightUp();
  }

  select(id: string | undefined): void {
    this.selected = id;
    this.lightUp();
    if (id === undefined) this.element.removeAttribute('aria-activedescendant');
    else this.element.setAttribute('aria-activedescendant', elementId(id));
  }

  /** What a box is called, for those who do not see it. */
  labelOf(id: string): string {
    const box = this.scene.byId.get(id);
    const problems = this.problems.get(id);
    const words = problems ? `, ${problems.errors} errors, ${problems.warnings} warnings` : '';
    return box ? `${boxLabel(box)}${words}` : '';
  }

  /** Goes to the beginning of the picture. */
  showTop(): void {
    const inputs = this.scene.boxes.filter(({ item }) => item.kind === 'input');
    const starts = inputs.length > 0 ? inputs : this.scene.boxes;
    const first = starts.reduce((best, box) => (box.top < best.top ? box : best), starts[0] ?? NOWHERE);
    this.camera.jump(this.camera.viewOfTop(this.area, first.left + first.width / 2));
  }

  /** Brings a box into sight, if it is not. */
  reveal(id: string, always = false): void {
    const box = this.scene.byId.get(id);
    if (!box) return;
    const area = areaOf(box);
    if (always || !this.camera.shows(area)) this.camera.fly(this.camera.viewOfMiddle(area));
  }

  /** The details of a selected box take room when they arrive: it stays in sight if it was. */
  private resized(): void {
    const before = this.size;
    this.size = this.camera.size;
    const box = this.selected === undefined ? undefined : this.scene.byId.get(this.selected);
    if (box && before && this.camera.touches(areaOf(box), before)) this.reveal(box.id);
    this.later();
  }

  private moved(view: View): void {
    this.world.setAttribute('transform', `translate(${view.x} ${view.y}) scale(${view.k})`);
    this.events.moved(view);
    this.later();
  }

  private later(): void {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.draw();
    });
  }

  private clear(): void {
    for (const { elements } of this.drawn.values()) for (const element of elements) element.remove();
    this.drawn.clear();
    this.layers.overview.replaceChildren();
  }

  private draw(): void {
    const { k } = this.camera.view;
    const far = k < OVERVIEW_SCALE;
    this.element.classList.toggle('no-text', k < TEXT_SCALE);
    this.element.classList.toggle('far', far);
    this.element.style.setProperty('--scale', String(k));
    const wanted = far ? this.farElements() : this.nearElements();
    if (far) {
      this.overview ??= drawOverview(this.scene);
      if (!this.overview.isConnected) this.layers.overview.append(this.overview);
    } else this.overview?.remove();
    for (const [key, { elements }] of this.drawn) {
      if (wanted.has(key)) continue;
      for (const element of elements) element.remove();
      this.drawn.delete(key);
    }
    for (const [key, make] of wanted) if (!this.drawn.has(key)) this.drawn.set(key, make());
    this.lightUp();
  }

  /** From far away only the problems stand out. */
  private farElements(): Map<string, () => Drawn> {
    const wanted = new Map<string, () => Drawn>();
    for (const box of this.scene.boxes) {
      const problems = this.problems.get(box.id);
      if (problems && !box.open) wanted.set(`badge|${box.id}`, () => this.drawBadge(box, problems));
      if (box.id === this.selected) wanted.set(`box|${box.id}`, () => this.drawBox(box));
    }
    return wanted;
  }

  private nearElements(): Map<string, () => Drawn> {
    const seen = this.camera.seen(BESIDE);
    const right = seen.left + seen.width;
    const bottom = seen.top + seen.height;
    const wanted = new Map<string, () => Drawn>();
    for (const box of this.scene.boxes) {
      if (box.left > right || box.top > bottom || box.left + box.width < seen.left || box.top + box.height < seen.top)
        continue;
      wanted.set(`box|${box.id}|${box.open}`, () => this.drawBox(box));
      const problems = this.problems.get(box.id);
      // An open group shows its problems where they are.
      if (problems && !box.open) wanted.set(`badge|${box.id}`, () => this.drawBadge(box, problems));
    }
    for (const line of this.scene.lines) {
      if (line.left > right || line.top > bottom || line.right < seen.left || line.bottom < seen.top) continue;
      wanted.set(`line|${line.key}`, () => this.drawLine(line));
    }
    return wanted;
  }

  private drawBox(box: Box): Drawn {
    if (!box.open) {
      const element = drawBox(box, this.measure);
      this.layers.boxes.append(element);
      return { elements: [element], box: box.id };
    }
    const { ground, head } = drawFrame(box, this.measure);
    // An inner frame lies on those around it, whichever came into sight first.
    ground.dataset.depth = String(box.depth);
    const above = [...this.layers.grounds.children].find(
      (each) => Number((each as SVGElement).dataset.depth) > box.depth,
    );
    this.layers.grounds.insertBefore(ground, above ?? null);
    this.layers.boxes.append(head);
    return { elements: [ground, head], box: box.id };
  }

  private drawBadge(box: Box, problems: ProblemCount): Drawn {
    const element = drawBadge(box, problems);
    this.layers.badges.append(element);
    return { elements: [element] };
  }

  private drawLine(line: Line): Drawn {
    const element = drawLine(line, line.to !== undefined && this.scene.byId.get(line.to)?.open === true);
    this.layers.lines.append(element);
    return { elements: [element] };
  }

  /** Rings the selected box and lights up the lines of the one that is hovered, or else selected. */
  private lightUp(): void {
    for (const { elements, box } of this.drawn.values()) {
      if (box === undefined) continue;
      const element = elements.at(-1);
      element?.classList.toggle('selected', box === this.selected);
      element?.classList.toggle('hovered', box === this.hovered);
      element?.classList.toggle('ringed', this.ringed.has(box));
      element?.setAttribute('aria-selected', String(box === this.selected));
    }
    const centre = this.hovered ?? this.selected;
    const middle = centre === undefined ? undefined : this.scene.byId.get(centre);
    const lit = middle ? this.linesOf(middle) : new Set<string>();
    for (const line of this.scene.lines) {
      this.drawn.get(`line|${line.key}`)?.elements[0]?.classList.toggle('lit', lit.has(line.key));
    }
  }

  /** The lines that bring values to a box and take its values away, also through the borders of groups. */
  private linesOf(box: Box): Set<string> {
    const made = new Set<string>();
    const read = new Set<string>();
    for (const line of this.scene.lines) {
      if (line.from === box.id) for (const value of line.values) made.add(value);
      if (line.to === box.id) for (const value of line.values) read.add(value);
    }
    const around = new Set([...box.within, box.id]);
    const keys = new Set<string>();
    for (const line of this.scene.lines) {
      const leadsHere = line.to === undefined ? !around.has(line.group) : around.has(line.to);
      const lit = line.values.some((value) => made.has(value) || (leadsHere && read.has(value)));
      if (lit) keys.add(line.key);
    }
    return keys;
  }

  private clicked(event: MouseEvent): void {
    const box = this.boxUnder(event);
    if (box?.item.kind === 'group') {
      const { x, k } = this.camera.view;
      const inside = (event.clientX - this.element.getBoundingClientRect().left - x) / k - box.left;
      if (inside < CHEVRON_WIDTH) {
        this.events.toggle(box.id);
        return;
      }
    }
    this.events.select(box?.id);
  }

  /** The editor shows the menu, with what fits what it is told stands under the pointer. */
  private menu(event: MouseEvent): void {
    const box = this.boxUnder(event);
    const isNode = box?.item.kind === 'node' || (box?.item.kind === 'group' && box.item.node !== undefined);
    const context = { webviewSection: isNode ? 'node' : 'graph', preventDefaultContextMenuItems: true };
    this.element.dataset.vscodeContext = JSON.stringify(context);
    if (box) this.events.select(box.id);
  }

  private hover(id: string | undefined): void {
    if (id === this.hovered) return;
    this.hovered = id;
    this.element.classList.toggle('pointing', id !== undefined);
    this.lightUp();
  }

  private boxUnder(event: MouseEvent): Box | undefined {
    const { x, y, k } = this.camera.view;
    const { left, top } = this.element.getBoundingClientRect();
    return boxAt(this.scene, (event.clientX - left - x) / k, (event.clientY - top - y) / k);
  }
}

/** What of a box is to be seen: the beginning of one that is open. */
function areaOf(box: Box): Area {
  return box.open ? { ...box, height: Math.min(box.height, 200) } : box;
}
