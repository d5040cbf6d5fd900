/** Panning and zooming: d3-zoom on the picture, wheels and fingers as in other editors, and short flights. */
import { select } from 'd3-selection';
import { type D3ZoomEvent, type ZoomBehavior, zoom, zoomIdentity, zoomTransform } from 'd3-zoom';

export interface View {
  readonly x: number;
  readonly y: number;
  readonly k: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const MARGIN = 24;
const SMALLEST = 0.01;
const LARGEST = 3;
const FLIGHT_MS = 180;
const READABLE = 0.7;

export class Camera {
  private readonly behavior: ZoomBehavior<SVGSVGElement, unknown>;
  private flight = 0;

  constructor(
    private readonly svg: SVGSVGElement,
    moved: (view: View) => void,
  ) {
    this.behavior = zoom<SVGSVGElement, unknown>()
      .scaleExtent([SMALLEST, LARGEST])
      // The wheel pans; with Ctrl or Cmd (and so with two fingers) it zooms.
      .filter((event: MouseEvent) => (event.type === 'wheel' ? event.ctrlKey || event.metaKey : event.button === 0))
      .clickDistance(4)
      .on('zoom', (event: D3ZoomEvent<SVGSVGElement, unknown>) => moved(event.transform));
    select(svg).call(this.behavior).on('dblclick.zoom', null);
    svg.addEventListener('wheel', (event) => this.pan(event), { passive: false });
  }

  get view(): View {
    return zoomTransform(this.svg);
  }

  get size(): Size {
    const { clientWidth, clientHeight } = this.svg;
    return { width: Math.max(1, clientWidth), height: Math.max(1, clientHeight) };
  }

  /** What of the picture is seen, with as much again around it as `beside` pixels of the screen. */
  seen(beside: number, { width, height }: Size = this.size): Area {
    const { x, y, k } = this.view;
    return {
      left: (-x - beside) / k,
      top: (-y - beside) / k,
      width: (width + 2 * beside) / k,
      height: (height + 2 * beside) / k,
    };
  }

  jump({ x, y, k }: View): void {
    this.flight++;
    select(this.svg).call(this.behavior.transform, zoomIdentity.translate(x, y).scale(k));
  }

  /** Goes there in a moment, or at once for those who want no motion. */
  fly(to: View): void {
    if (window.matchMedia('(prefers-reduced-motion: reduce)').matches) {
      this.jump(to);
      return;
    }
    const from = this.view;
    const start = performance.now();
    const flight = ++this.flight;
    const step = (now: number) => {
      if (flight !== this.flight) return;
      const part = Math.min(1, Math.max(0, (now - start) / FLIGHT_MS));
      const eased = part * (2 - part);
      const between = (a: number, b: number) => a + (b - a) * eased;
      const view = zoomIdentity.translate(between(from.x, to.x), between(from.y, to.y)).scale(between(from.k, to.k));
      select(this.svg).call(this.behavior.transform, view);
      if (part < 1) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  zoomBy(factor: number): void {
    const { x, y, k } = this.view;
    const { width, height } = this.size;
    const next = Math.min(LARGEST, Math.max(SMALLEST, k * factor));
    const ratio = next / k;
    this.fly({ x: width / 2 - (width / 2 - x) * ratio, y: height / 2 - (height / 2 - y) * ratio, k: next });
  }

  /** The whole area, as large as it fits but never larger than life. */
  viewOfAll(area: Area): View {
    const { width, height } = this.size;
    const k = Math.min(1, (width - 2 * MARGIN) / area.width, (height - 2 * MARGIN) / area.height);
    return this.centred(area, Math.max(SMALLEST, k));
  }

  /** The beginning of the area in a size in which one can read it; where it is too wide, around the place `middle`. */
  viewOfTop(area: Area, middle: number): View {
    const { width, height } = this.size;
    const whole = (width - 2 * MARGIN) / area.width;
    const k = Math.max(READABLE, Math.min(1, whole));
    const { x, y } = this.centred(area, k);
    const fits = area.height * k + 2 * MARGIN <= height;
    return { x: whole < READABLE ? width / 2 - middle * k : x, y: fits ? y : MARGIN - area.top * k, k };
  }

  /** The area in the middle, in the present size or at least one in which one can read it. */
  viewOfMiddle(area: Area): View {
    return this.centred(area, Math.max(0.6, Math.min(1, this.view.k)));
  }

  /** Whether something of the area is seen, in another size of the picture. */
  touches({ left, top, width, height }: Area, size: Size): boolean {
    const seen = this.seen(0, size);
    const across = left < seen.left + seen.width && left + width > seen.left;
    return across && top < seen.top + seen.height && top + height > seen.top;
  }

  /** Whether the area is seen whole and large enough to read. */
  shows({ left, top, width, height }: Area): boolean {
    const seen = this.seen(-MARGIN);
    const inside = left >= seen.left && top >= seen.top;
    return (
      this.view.k >= 0.4 && inside && left + width <= seen.left + seen.width && top + height <= seen.top + seen.height
    );
  }

  private centred(area: Area, k: number): View {
    const { width, height } = this.size;
    return { x: width / 2 - (area.left + area.width / 2) * k, y: height / 2 - (area.top + area.height / 2) * k, k };
  }

  private pan(event: WheelEvent): void {
    if (event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 20 : 1;
    const [dx, dy] = event.shiftKey && event.deltaX === 0 ? [event.deltaY, 0] : [event.deltaX, event.deltaY];
    this.flight++;
    select(this.svg).call(this.behavior.translateBy, (-dx * lines) / this.view.k, (-dy * lines) / this.view.k);
  }
}
