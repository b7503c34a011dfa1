package dev.melange.papers.bert;

import dev.melange.component.Component;
import dev.melange.component.Configs;
import dev.melange.component.Inputs;
import dev.melange.component.Outputs;
import dev.melange.papers.Method;
import dev.melange.papers.Model;
import dev.melange.tensor.DType;
import dev.melange.tensor.Device;
import dev.melange.tensor.Tensor;
import java.util.List;
import java.util.Map;

/** BERT (2018) and its small descendant MiniLM (2020), with WordPiece. */
public final class BertPaper implements Method {
  private static final Component BERT =
      Component.of("language/bert", Bert.Config.class, Bert::new, BertPaper::run)
          .withExample(Bert.Config.class, BertPaper::example);

  private static final Component WORD_PIECE =
      Component.function(
          "language/wordpiece",
          WordPieceConfig.class,
          (config, in) -> {
            WordPiece.Batch batch =
                new WordPiece(config.vocab(), config.lowercase()).encodeBatch(config.inputs());
            return Map.of(
                "input_ids", batch.ids(),
                "token_type_ids", batch.types(),
                "attention_mask", batch.mask());
          });

  /** The method. */
  public BertPaper() {}

  @Override
  public String key() {
    return "bert";
  }

  @Override
  public List<Component> components() {
    return List.of(BERT, WORD_PIECE);
  }

  @Override
  public List<Model> models() {
    Bert.Config mini = Configs.with(Configs.defaults(Bert.Config.class), Map.of("head", "pooler"));
    Bert.Config base =
        Configs.with(
            mini,
            Map.of(
                "hidden_size", "768",
                "num_hidden_layers", "12",
                "intermediate_size", "3072"));
    Bert.Config encoder = Configs.defaults(Bert.Config.class);
    return List.of(
        new Model(
            MiniLm.NAME,
            BERT,
            encoder,
            Map.of("weights", "come with the library"),
            MiniLm::weights),
        Model.of("all-minilm-l6-v2", BERT, mini),
        Model.of("bert-base-uncased", BERT, base));
  }

  private static Map<String, Tensor> example(Bert.Config config) {
    long length = Math.min(128, config.max_position_embeddings());
    Tensor ids = Tensor.zeros(DType.I64, Device.CPU, 1, length);
    return Map.of(
        "input_ids", ids, "token_type_ids", ids.zerosLike(), "attention_mask", ids.onesLike());
  }

  private static Map<String, Tensor> run(Bert model, Inputs in) {
    Tensor mask = in.get("attention_mask");
    Bert.Encoding encoding = model.encode(in.get("input_ids"), mask, in.get("token_type_ids"));
    Outputs outputs = new Outputs();
    for (int i = 0; i < encoding.hidden().size(); i++) {
      outputs.put("hidden." + i, encoding.hidden().get(i));
    }
    for (int i = 0; i < encoding.patterns().size(); i++) {
      outputs.put("pattern." + i, encoding.patterns().get(i));
    }
    Tensor last = encoding.last();
    if (model.config().head().equals("mlm")) {
      return outputs.put("logits", model.predict(last)).map();
    }
    outputs.put("last_hidden_state", last);
    outputs.put("sentence_embedding", Bert.sentenceEmbedding(last, mask));
    if (model.config().head().equals("pooler")) {
      outputs.put("pooler_output", model.pool(last));
    }
    return outputs.map();
  }
}
