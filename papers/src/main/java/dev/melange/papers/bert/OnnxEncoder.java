package dev.melange.papers.bert;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.melange.data.DataException;
import dev.melange.tensor.DType;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The weights of a BERT encoder that was exported to ONNX. Embeddings, biases and normalisations
 * keep their names there; the matrices of linear layers are stored transposed under numbers, and
 * get their names back from the bias that is added to their product.
 */
final class OnnxEncoder {
  private static final String BIAS = ".bias";

  private OnnxEncoder() {}

  /**
   * Reads weights by the names of {@link Bert}.
   *
   * @param source what the file is called in messages
   * @param onnx its contents
   * @return float32 tensors that belong to the current scope
   * @throws DataException if it is no ONNX file, or a matrix cannot be named
   */
  static Map<String, Tensor> read(String source, InputStream onnx) throws IOException {
    GraphProto graph;
    try {
      graph = ModelProto.parseFrom(onnx).getGraph();
    } catch (InvalidProtocolBufferException e) {
      throw new DataException(source + " is not an ONNX file: " + e.getMessage(), e);
    }
    Map<String, TensorProto> stored = new LinkedHashMap<>();
    graph.getInitializerList().forEach(tensor -> stored.put(tensor.getName(), tensor));
    Map<String, Tensor> weights = new LinkedHashMap<>();
    matrices(source, graph, stored)
        .forEach(
            (name, key) -> weights.put(name, tensor(source, stored.remove(key)).t().contiguous()));
    for (TensorProto other : stored.values()) {
      // position numbers are stored as integers; the model counts for itself
      if (other.getDataType() == TensorProto.DataType.FLOAT.getNumber()) {
        weights.put(other.getName(), tensor(source, other));
      }
    }
    return weights;
  }

  /** The names of the linear layers' weights, and what they are called in the file. */
  private static Map<String, String> matrices(
      String source, GraphProto graph, Map<String, TensorProto> stored) {
    Map<String, String> biasOf = new HashMap<>(); // by the product it is added to
    for (NodeProto node : graph.getNodeList()) {
      if (node.getOpType().equals("Add")) {
        List<String> in = node.getInputList();
        for (int i = 0; i < 2; i++) {
          if (stored.containsKey(in.get(i)) && in.get(i).endsWith(BIAS)) {
            biasOf.put(in.get(1 - i), in.get(i));
          }
        }
      }
    }
    Map<String, String> found = new LinkedHashMap<>();
    for (NodeProto node : graph.getNodeList()) {
      if (!node.getOpType().equals("MatMul") || !stored.containsKey(node.getInput(1))) {
        continue;
      }
      String bias = biasOf.get(node.getOutput(0));
      if (bias == null) {
        throw new DataException(
            "%s: no bias is added to the product with '%s', so that its layer is not known"
                .formatted(source, node.getInput(1)));
      }
      String name = bias.substring(0, bias.length() - BIAS.length()) + ".weight";
      found.put(name, node.getInput(1));
    }
    return found;
  }

  private static Tensor tensor(String source, TensorProto stored) {
    if (stored.getDataType() != TensorProto.DataType.FLOAT.getNumber() || !stored.hasRawData()) {
      throw new DataException(
          "%s: '%s' is not stored as raw float32 numbers".formatted(source, stored.getName()));
    }
    long[] shape = stored.getDimsList().stream().mapToLong(Long::longValue).toArray();
    ByteBuffer bytes = stored.getRawData().asReadOnlyByteBuffer();
    ByteBuffer copy = ByteBuffer.allocateDirect(bytes.remaining()).order(ByteOrder.LITTLE_ENDIAN);
    copy.put(bytes).flip();
    return Tensor.of(DType.F32, copy, shape);
  }
}
