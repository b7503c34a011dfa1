package dev.melange.papers.seminmf;

import dev.melange.papers.gpt.CharGptRecipe;
import java.util.List;

/**
 * Settings of {@link SemiNmfStudy}.
 *
 * @param text the data set whose text is used: one with a single text file
 * @param seeds repetitions: other pieces of text, prompts and starts
 * @param layers the layers that are analysed; the verdict is about the first
 * @param n_positions length of the language model's texts, and of the pieces that are analysed
 * @param n_embd its width
 * @param n_layer its blocks
 * @param n_head its attention heads
 * @param steps its training
 * @param batch_size pieces per step
 * @param learning_rate the highest
 * @param reuse_model whether to take and keep it in the folder {@code models} of the Melange home
 * @param tokens how many tokens are factored
 * @param rank features of each method
 * @param sparsity share of the neurons that a semi-NMF feature consists of
 * @param iterations of semi-NMF
 * @param sae_l1 weight of the sparse autoencoder's sparsity term
 * @param sae_steps its Adam steps
 * @param sae_batch tokens per step
 * @param sae_rate its learning rate
 * @param contexts how many contexts tell a feature's concept
 * @param prompts how many texts are steered
 * @param prompt_length their length
 * @param kls divergences to which steering is tuned; the verdict needs 0.1 and 0.5
 * @param max_alpha the farthest to push
 * @param tree ranks of the hierarchy in the report
 */
record StudySettings(
    String text,
    int seeds,
    List<Integer> layers,
    int n_positions,
    int n_embd,
    int n_layer,
    int n_head,
    int steps,
    int batch_size,
    double learning_rate,
    boolean reuse_model,
    int tokens,
    int rank,
    double sparsity,
    int iterations,
    double sae_l1,
    int sae_steps,
    int sae_batch,
    double sae_rate,
    int contexts,
    int prompts,
    int prompt_length,
    List<Double> kls,
    double max_alpha,
    List<Integer> tree) {
  StudySettings {
    layers = List.copyOf(layers);
    kls = List.copyOf(kls);
    tree = List.copyOf(tree);
    if (seeds < 1 || layers.isEmpty() || prompts < 1 || contexts < 1 || tree.isEmpty()) {
      throw new IllegalArgumentException(
          "the study needs at least one seed, layer, prompt, context and rank of the tree, got %d, %s, %d, %d, %s"
              .formatted(seeds, layers, prompts, contexts, tree));
    }
    for (int layer : layers) {
      if (layer < 0 || layer >= n_layer) {
        throw new IllegalArgumentException(
            "layers lie in [0, %d], got %s".formatted(n_layer - 1, layers));
      }
    }
    if (!kls.containsAll(List.of(0.1, 0.5))) {
      throw new IllegalArgumentException("kls must have 0.1 and 0.5, got " + kls);
    }
    if (prompt_length < 1 || prompt_length > n_positions || tokens < 10 * rank) {
      throw new IllegalArgumentException(
          "prompt_length lies in [1, n_positions] and tokens are at least 10 per feature, got %d, %d of %d, %d for %d features"
              .formatted(prompt_length, prompt_length, n_positions, tokens, rank));
    }
  }

  CharGptRecipe recipe() {
    return new CharGptRecipe(
        n_positions, n_embd, n_layer, n_head, steps, batch_size, learning_rate);
  }

  SemiNmf.Config factorisation() {
    return new SemiNmf.Config(rank, sparsity, iterations, 1e-4, 1e-6, 100);
  }

  int firstLayer() {
    return layers.get(0);
  }
}
