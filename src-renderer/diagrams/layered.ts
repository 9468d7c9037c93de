import { onBeforeUnmount, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import type { ConvArchitecture, ImageTask } from '../../src-shared/architecture/conv/conv-architecture';
import type { Drawing } from '../../src-shared/diagrams/drawing';
import { errorMessage } from '../../src-shared/errors';
import { layeredDrawing, layeredGraph } from './layered-drawing';
import { layOutInWorker, type Layout } from './lay-out-in-worker';

/** The layered drawing of a network as it comes about. */
export interface Layered {
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
