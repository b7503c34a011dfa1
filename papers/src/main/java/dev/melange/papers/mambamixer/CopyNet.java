package dev.melange.papers.mambamixer;

import dev.melange.nn.Embedding;
import dev.melange.nn.LayerNorm;
import dev.melange.nn.Layers;
import dev.melange.nn.Linear;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.Minibatches;
import java.util.Arrays;
import java.util.Map;

/**
 * Selective copying: some symbols at random places of a sequence, all else noise, are to be named
 * in order after its end. A residual network of Mamba blocks, with selection or without.
 */
final class CopyNet extends UnaryLayer {
  private final MambaMixerSettings.Copying task;
  private final Embedding embedding;
  private final Layers<UnaryLayer> blocks;
  private final Layers<LayerNorm> norms;
  private final LayerNorm norm;
  private final Linear head;

  CopyNet(MambaMixerSettings.Copying task, boolean selective, Rng rng) {
    this.task = task;
    MambaConfig config = MambaConfig.of(task.d_model(), task.d_state(), 4, 2);
    // one more token for noise, and one that asks for a symbol
    embedding = child("embedding", new Embedding(task.symbols() + 2L, task.d_model(), rng));
    blocks =
        child(
            "blocks",
            Layers.of(
                task.blocks(),
                i -> selective ? new Mamba(config, rng) : new InvariantMamba(config, rng)));
    norms = child("norms", Layers.of(task.blocks(), i -> new LayerNorm(task.d_model())));
    norm = child("norm", new LayerNorm(task.d_model()));
    head = child("head", new Linear(task.d_model(), task.symbols(), rng));
  }

  /** Tokens [B, noise + marked] to logits [B * marked, symbols]. */
  @Override
  public Tensor forward(Tensor tokens) {
    Tensor x = embedding.forward(tokens);
    for (int i = 0; i < blocks.size(); i++) {
      x = x.add(blocks.get(i).forward(norms.get(i).forward(x)));
    }
    Tensor answers = x.narrow(1, task.noise(), task.marked());
    return head.forward(norm.forward(answers)).flatten(0, 1);
  }

  /** The step sizes of the first block, a {@link Mamba}, averaged over channels: [B, length]. */
  Tensor stepSizes(Tensor tokens) {
    Mamba first = (Mamba) blocks.get(0);
    return first.stepSizes(norms.get(0).forward(embedding.forward(tokens))).mean(1);
  }

  /**
   * Sequences {@code tokens} [n, noise + marked] and the symbols {@code label} [n, marked], owned
   * by the current scope.
   */
  static Map<String, Tensor> sequences(MambaMixerSettings.Copying task, int n, Rng rng) {
    int length = task.noise() + task.marked();
    long[] tokens = new long[n * length];
    long[] labels = new long[n * task.marked()];
    for (int i = 0; i < n; i++) {
      Arrays.fill(tokens, i * length, i * length + task.noise(), task.symbols());
      Arrays.fill(tokens, i * length + task.noise(), (i + 1) * length, task.symbols() + 1L);
      int[] places = Arrays.copyOf(rng.permutation(task.noise()), task.marked());
      Arrays.sort(places);
      for (int k = 0; k < task.marked(); k++) {
        long symbol = rng.nextInt(task.symbols());
        tokens[i * length + places[k]] = symbol;
        labels[i * task.marked() + k] = symbol;
      }
    }
    return Map.of(
        "tokens",
        Tensor.of(tokens, n, length),
        "label",
        Tensor.of(labels, n, task.marked()).to(DType.I64));
  }

  /** Share of the symbols named rightly, in per cent. */
  double accuracy(Minibatches data) {
    long right = 0;
    long all = 0;
    try (var guard = Autograd.noGrad();
        Minibatches.Epoch batches = data.epoch(0, 0)) {
      while (batches.hasNext()) {
        try (Scope scope = Scope.open()) {
          var batch = batches.next();
          Tensor label = batch.get("label").flatten(0, 1);
          right += forward(batch.get("tokens")).argmax(1).eq(label).sum().itemLong();
          all += label.numel();
        }
      }
    }
    return 100.0 * (double) right / (double) all;
  }
}
