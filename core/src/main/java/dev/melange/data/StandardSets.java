package dev.melange.data;

import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The standard data sets. Hashes were computed from the files themselves; a set without a verified
 * official file has no addresses and has to be placed by hand.
 */
final class StandardSets {
  private static final String UCI_DIGITS =
      "https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits";
  private static final String BTS = "https://www.transtats.bts.gov/";

  static final List<NamedSet> ALL =
      List.of(
          set(
              "digits",
              "handwritten digits, 8x8 grey, 1,797 in 10 classes",
              UCI_DIGITS,
              "CC BY 4.0",
              "",
              "The test part of the original data, as scikit-learn distributes it.",
              file(
                  "digits.csv.gz",
                  264_712,
                  "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8")),
          set(
              "photos",
              "two photographs, 427x640",
              "https://scikit-learn.org/",
              "CC BY 2.0 (see DATA.md for the photographers)",
              "",
              "",
              file(
                  "china.jpg",
                  196_653,
                  "8378025ad2519d649d02e32bd98990db4ab572357d9f09841c2fbfbb4fefad29"),
              file(
                  "flower.jpg",
                  142_987,
                  "a77f6ec41e353afdf8bdff2ea981b2955535d8d83294f8cfa49cf4e423dd5638")),
          set(
              "us-flights-hourly",
              "flights per hour from six US airports, January to June 2001, 4,344 rows",
              BTS,
              "open data of the US government; no terms stated",
              "",
              "Counted from single flights; see DATA.md.",
              file(
                  "us-flights-hourly.csv.gz",
                  172_688,
                  "8495cae5732628dc64840d0a0aebe2068054e3839c2690b414e7f9028edc599e")),
          set(
              "us-flights",
              "40,000 US flights of 2001 with the label late (more than 15 minutes)",
              BTS,
              "open data of the US government; no terms stated",
              "",
              "A random sample of single flights; see DATA.md.",
              file(
                  "us-flights.csv.gz",
                  997_807,
                  "0dfc9ca37fcf04c2670d2cf30e1dbdb08abd365cd5ccdf8d94452a57fd8219ed")),
          set(
              "austen-emma",
              "a novel: Emma, by Jane Austen, 883,028 characters",
              "https://www.gutenberg.org/ebooks/158",
              "public domain",
              "",
              "",
              file(
                  "austen-emma.txt.gz",
                  883_028,
                  "7c67b5985c6d0de1efaeb5d342d52cb82c38083c40e2295129e30e87ee690ebe")),
          set(
              "mnist",
              "MNIST handwritten digits, 28x28 grey, 60,000 + 10,000",
              "http://yann.lecun.com/exdb/mnist/",
              "CC BY-SA 3.0",
              "mnist",
              "",
              file(
                  "train-images-idx3-ubyte",
                  47_040_016,
                  "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                  "https://ossci-datasets.s3.amazonaws.com/mnist/train-images-idx3-ubyte.gz",
                  "https://storage.googleapis.com/cvdf-datasets/mnist/train-images-idx3-ubyte.gz"),
              file(
                  "train-labels-idx1-ubyte",
                  60_008,
                  "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
                  "https://ossci-datasets.s3.amazonaws.com/mnist/train-labels-idx1-ubyte.gz",
                  "https://storage.googleapis.com/cvdf-datasets/mnist/train-labels-idx1-ubyte.gz"),
              file(
                  "t10k-images-idx3-ubyte",
                  7_840_016,
                  "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
                  "https://ossci-datasets.s3.amazonaws.com/mnist/t10k-images-idx3-ubyte.gz",
                  "https://storage.googleapis.com/cvdf-datasets/mnist/t10k-images-idx3-ubyte.gz"),
              file(
                  "t10k-labels-idx1-ubyte",
                  10_008,
                  "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
                  "https://ossci-datasets.s3.amazonaws.com/mnist/t10k-labels-idx1-ubyte.gz",
                  "https://storage.googleapis.com/cvdf-datasets/mnist/t10k-labels-idx1-ubyte.gz")),
          set(
              "fashion-mnist",
              "Fashion-MNIST articles of clothing, 28x28 grey, 60,000 + 10,000",
              "https://github.com/zalandoresearch/fashion-mnist",
              "MIT",
              "fashion-mnist",
              "Place the four IDX files of the origin. The hashes here are of a copy with another split (6,000 + 1,000 per class, shuffled); say which one a figure was made with.",
              file(
                  "train-images-idx3-ubyte",
                  47_040_016,
                  "b09825222cc864729d4706ee7a4c9f8bbd2486f0eae80efc3c231da7d8a1f91d"),
              file(
                  "train-labels-idx1-ubyte",
                  60_008,
                  "7cd88f551e93510030f93325e39e5d8112c932e2d6d2b1fde7ead816545ae184"),
              file(
                  "t10k-images-idx3-ubyte",
                  7_840_016,
                  "a7ab3ca6a510e6a4388cfb501c39a16accc115994da7af3a582c75aaacbf9ad1"),
              file(
                  "t10k-labels-idx1-ubyte",
                  10_008,
                  "59df6c6ad638dc43879f10a8c5b516aabdcef4f924ba14410bf8aec5e518b1c4")),
          set(
              "cifar10",
              "CIFAR-10 photographs, 32x32 colour, 50,000 + 10,000, as JPEG files",
              "https://www.cs.toronto.edu/~kriz/cifar.html",
              "none stated by the origin",
              "cifar10",
              "Place a zip file of train/<class>/x.jpg and test/<class>/x.jpg (PNG will do). Accuracies on JPEG files are not those on the original pixels.",
              file(
                  "cifar10-images.zip",
                  62_190_935,
                  "ad20075fc5d761cb1545aa313752ecc67cdb288bc8d01abc2128e7de0ddfedb5")),
          set(
              "ett",
              "electricity transformer temperature, hourly: ETTh1 and ETTh2, 17,420 rows, 7 variables",
              "https://github.com/zhouhaoyi/ETDataset",
              "CC BY-ND 4.0",
              "ett",
              "",
              file(
                  "ETTh1.csv",
                  2_589_657,
                  "f18de3ad269cef59bb07b5438d79bb3042d3be49bdeecf01c1cd6d29695ee066",
                  "https://raw.githubusercontent.com/zhouhaoyi/ETDataset/main/ETT-small/ETTh1.csv"),
              file(
                  "ETTh2.csv",
                  2_417_960,
                  "a3dc2c597b9218c7ce1cd55eb77b283fd459a1d09d753063f944967dd6b9218b",
                  "https://raw.githubusercontent.com/zhouhaoyi/ETDataset/main/ETT-small/ETTh2.csv")),
          set(
              "exchange-rate",
              "daily exchange rates of 8 countries, 7,588 rows, no dates",
              "https://github.com/laiguokun/multivariate-time-series-data",
              "none stated by the origin",
              "exchange-rate",
              "Place exchange_rate.txt or exchange_rate.txt.gz of the origin.",
              file(
                  "exchange_rate.txt",
                  546_336,
                  "0127465b51e3cd3c360f8eb2be30cfd294689a2a55903eb8245aafc396626c7f")),
          set(
              "planetoid",
              "citation graphs Cora and CiteSeer with the Planetoid splits",
              "https://github.com/kimiyoung/planetoid",
              "none stated by the origin",
              "planetoid",
              "Python pickles.",
              file(
                  "ind.cora.x",
                  22_119,
                  "23cfa55d91c6f624233f5eb7b6e3f141f1bd2b2ae39608a63cf5d084bb27baab",
                  "https://raw.githubusercontent.com/kimiyoung/planetoid/master/data/ind.cora.x"),
              file(
                  "ind.cora.tx",
                  148_025,
                  "b9afbaa4a400df991f6f02ef677e1e44da55ffc04801fd02f9e673987829226a",
                  "https://raw.githubusercontent.com/kimiyoung/planetoid/master/data/ind.cora.tx"),
              file(
                  "ind.cora.allx",
                  257_305,
                  "9419ba2f26f5c35243db64aba110e0f35a04851609e0dc5433450676ca6b8543",
                  "https://raw.githubusercontent.com/kimiyoung/planetoid/master/data/ind.cora.allx"),
              file(
                  "ind.cora.y",
                  4_054,
                  "94465c14eb53e04ca262198dcbb2521ee8af60fb3f3d546cd6ca24a511b0e7d1",
                  "https://raw.githubusercontent.com/kimiyoung/planetoid/master/data/ind.cora.y"),
              file(
                  "ind.cora.ty",
                  28_135,
                  "41f5ac76596a1699cc33f53084a2419e92961c42bb75f36fc38e616d348532ad",
                  "https://raw.githubusercontent.com/kimiyoung/planetoid/master/data/ind.cora.ty"),
              file(
                  "ind.cora.ally",
                  47_959,
                  "2b998f5cc7fedc86e7f97ca2498f47a1ffc1462c29e2d578b23bf3f62b6e7d71",
                  "https://raw.githubusercontent.com/kimiyoung/planetoid/master/data/ind.cora.ally"),
              file(
                  "ind.cora.graph",
                  59_847,
                  "58f13302f39dde8852dad6fe6d15b89b077b6d7f837626bce671ef80344b383d",
                  "https://raw.githubusercontent.com/kimiyoung/planetoid/master/data/ind.cora.graph"),
              file(
                  "ind.cora.test.index",
                  5_000,
                  "297ce89af2b51a6a194181c7dbe1796c6a1cf9cd9349a88383b1b1e227867875",
                  "https://raw.githubusercontent.com/kimiyoung/planetoid/master/data/ind.cora.test.index"),
              file(
                  "ind.citeseer.x",
                  31_087,
                  "d20de19150741e555de0ed037195630fc194114ebc7fd72ced62810148aa22f6",
                  "https://raw.githubusercontent.com/kimiyoung/planetoid/master/data/ind.citeseer.x"),
              file(
                  "ind.citeseer.tx",
                  260_321,
                  "539a8906a2da97628d212f2fdd668c109a8b3f0d36574b59e5d3fd5b5303da21",
                  "https://raw.githubusercontent.com/kimiyoung/planetoid/master/data/ind.citeseer.tx"),
              file(
                  "ind.citeseer.allx",
                  595_021,
                  "2ac30345d95c9ec933a817ee0bdd6a5f077f8c184a20e696910192d534414668",
                  "https://raw.githubusercontent.com/kimiyoung/planetoid/master/data/ind.citeseer.allx"),
              file(
                  "ind.citeseer.y",
                  3_014,
                  "8ba87e515d8e3ee3cf52f6d2c5b86aa73f11ecad825a808455209ec26cd54924",
                  "https://raw.githubusercontent.com/kimiyoung/planetoid/master/data/ind.citeseer.y"),
              file(
                  "ind.citeseer.ty",
                  24_135,
                  "55e5bd1ba1e733a04598753ad1a8d57957f4b8f89e74519f41f4f4938767e4ce",
                  "https://raw.githubusercontent.com/kimiyoung/planetoid/master/data/ind.citeseer.ty"),
              file(
                  "ind.citeseer.ally",
                  55_623,
                  "f704b2d986dde6c2669934de1f3ae5696a6cf9455c0f6b2646a2d135ea0a1c95",
                  "https://raw.githubusercontent.com/kimiyoung/planetoid/master/data/ind.citeseer.ally"),
              file(
                  "ind.citeseer.graph",
                  61_987,
                  "d79a4ef9d3e7169aee8946145f6b7306e35bc79bffad26346cfb94e10e9912a7",
                  "https://raw.githubusercontent.com/kimiyoung/planetoid/master/data/ind.citeseer.graph"),
              file(
                  "ind.citeseer.test.index",
                  5_000,
                  "2af990671580b6b2df5d158d1038f8292e30c9cd821b5453f399659b25b723d4",
                  "https://raw.githubusercontent.com/kimiyoung/planetoid/master/data/ind.citeseer.test.index")),
          set(
              "frappe",
              "Frappe use of apps, 10 categorical fields: validation 57,722 and test 28,860 rows",
              "https://arxiv.org/abs/1505.03014",
              "for research; see the origin",
              "frappe",
              "Place the libfm files of the neural factorization machine benchmark.",
              file(
                  "frappe.validation.libfm",
                  4_163_044,
                  "fdf4be563a7dd9b15f7a6e8b32671e90e6e7a2a2bd3af4e10bf13c5ad7e76e9e"),
              file(
                  "frappe.test.libfm",
                  2_081_389,
                  "a2ebaef3a9af8e55f8bb0d08bc4923965e42e43760ebd7635ac2f8c5db99e097")),
          set(
              "tinyshakespeare",
              "plays by William Shakespeare, 1.1 million characters",
              "https://github.com/karpathy/char-rnn",
              "public domain",
              "text",
              "",
              file(
                  "tinyshakespeare.txt",
                  1_115_394,
                  "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
                  "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt")));

  private StandardSets() {}

  private static NamedSet set(
      String name,
      String title,
      String origin,
      String licence,
      String folder,
      String note,
      SetFile... files) {
    return new NamedSet(
        name, title, URI.create(origin), licence, folder, List.of(files), Optional.empty(), note);
  }

  private static SetFile file(String name, long bytes, String sha256, String... urls) {
    return new SetFile(name, bytes, sha256, Arrays.stream(urls).map(URI::create).toList());
  }
}
