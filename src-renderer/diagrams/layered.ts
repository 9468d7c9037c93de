import Elk, { type ElkNode, type ElkPoint } from 'elkjs/lib/elk-api.js';
import workerAddress from 'elkjs/lib/elk-worker.min.js?url';
import { onBeforeUnmount, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import type { ConvArchitecture, ImageTask } from '../../src-shared/architecture/conv/conv-architecture';
import { type Drawing, tenth, type Part } from '../../src-shared/diagrams/drawing';
import { errorMessage } from '../../src-shared/errors';
import { connectionsOf } from '../../src-shared/diagrams/node-block';
import { blockPart, layOutNetwork } from '../../src-shared/diagrams/network-drawing';

/** The layered drawing of a network, while and after it is laid out. */
interface Layered {
  readonly drawing: ShallowRef<Drawing | null>;
  readonly problem: Ref<string | null>;
}

/**
 * Lays out a network; cancelled when the network is no longer shown.
 * @param wanted the network; null for none
 */
export function useLayered(
  wanted: () => { readonly architecture: ConvArchitecture; readonly task: ImageTask } | null,
): Layered {
  const drawing = shallowRef<Drawing | null>(null);
  const problem = ref<string | null>(null);
  let layout: Layout | null = null;
  const stop = (): void => {
    layout?.cancel();
    layout = null;
  };
  watch(
    wanted,
    async (network) => {
      stop();
      drawing.value = null;
      problem.value = null;
      if (network === null) return;
      const begun = layOutInWorker(layeredGraph(network.architecture));
      layout = begun;
      try {
        const laid = await begun.done;
        if (layout === begun) drawing.value = layeredDrawing(network.architecture, network.task, laid);
      } catch (error) {
        if (layout === begun) problem.value = `The network could not be laid out: ${errorMessage(error)}`;
      }
    },
    { immediate: true },
  );
  onBeforeUnmount(stop);
  return { drawing, problem };
}

/** With more connections than these, straight lines and one attempt must do: curves would take most of a minute. */
const mostCurves = 150;

/** What ELK is asked: blocks of the sizes that they have elsewhere, in layers from the image down. */
export function layeredGraph(architecture: ConvArchitecture): ElkNode {
  const connections = connectionsOf(architecture);
  const curved = connections.length <= mostCurves;
  return {
    id: 'network',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': 'DOWN',
      'elk.edgeRouting': curved ? 'SPLINES' : 'POLYLINE',
      'elk.padding': '[top=0,left=0,bottom=0,right=0]',
      'elk.layered.spacing.nodeNodeBetweenLayers': '28',
      'elk.spacing.edgeNode': '12',
      'elk.spacing.edgeEdge': '6',
      'elk.layered.nodePlacement.strategy': curved ? 'BRANDES_KOEPF' : 'LINEAR_SEGMENTS',
      'elk.layered.thoroughness': curved ? '7' : '1',
    },
    children: layOutNetwork(architecture).blocks.map(({ number, width, height }) => ({
      id: String(number),
      width,
      height,
    })),
    edges: connections.map(({ from, to }) => ({
      id: `${from}>${to}`,
      sources: [String(from)],
      targets: [String(to)],
    })),
  };
}

/** The drawing of what ELK has laid out. */
export function layeredDrawing(architecture: ConvArchitecture, task: ImageTask, laid: ElkNode): Drawing {
  const edges = laid.edges ?? [];
  const join = edges.length <= mostCurves ? splinePath : straightPath;
  const lines = edges.map((edge): Part => {
    const [from = '', to = ''] = edge.id.split('>');
    const sections = edge.sections ?? [];
    const end = sections.at(-1)?.endPoint ?? { x: 0, y: 0 };
    return {
      name: null,
      of: [Number(from), Number(to)],
      shapes: [
        {
          kind: 'line',
          tone: 'wire',
          path: sections
            .map(({ startPoint, bendPoints, endPoint }) =>
              join([startPoint, ...(bendPoints ?? []), endPoint]),
            )
            .join(''),
        },
        { kind: 'fill', tone: 'wire', path: `M${tenth(end.x)} ${tenth(end.y)}l-3 -6h6z` },
      ],
    };
  });
  const blocks = (laid.children ?? []).map((node) =>
    blockPart(architecture, task, {
      number: Number(node.id),
      x: tenth(node.x ?? 0),
      y: tenth(node.y ?? 0),
      width: node.width ?? 0,
      height: node.height ?? 0,
    }),
  );
  return { width: laid.width ?? 0, height: laid.height ?? 0, parts: [...lines, ...blocks] };
}

function at({ x, y }: ElkPoint): string {
  return `${tenth(x)} ${tenth(y)}`;
}

function straightPath(points: readonly ElkPoint[]): string {
  return `M${points.map(at).join('L')}`;
}

/** ELK's splines are cubic curves: after the start, points come in threes; what is left over is joined by straight lines. */
function splinePath([start, ...points]: readonly ElkPoint[]): string {
  if (start === undefined) return '';
  let path = `M${at(start)}`;
  for (let first = 0; first < points.length; first += 3) {
    const three = points.slice(first, first + 3);
    path +=
      three.length === 3 ? `C${three.map(at).join(' ')}` : three.map((point) => `L${at(point)}`).join('');
  }
  return path;
}

/** A pending layout in a separate thread. */
interface Layout {
  readonly done: Promise<ElkNode>;
  /** Terminates the thread; `done` then never settles. */
  cancel(): void;
}

/** Lays out a graph with the Eclipse Layout Kernel. Graphs of many edges take seconds; the window stays responsive. */
function layOutInWorker(graph: ElkNode): Layout {
  const elk = new Elk({ workerFactory: () => new Worker(workerAddress) });
  const end = (): void => elk.terminateWorker();
  return { done: elk.layout(graph).finally(end), cancel: end };
}
