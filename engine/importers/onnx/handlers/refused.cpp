// Operators that no network of tensors and fixed steps can have, each with the reason.

#include "importers/onnx/handlers.h"

namespace qs {

namespace {

struct Refused {
    const char* reason;
    std::vector<const char*> ops;
};

const std::vector<Refused>& refused() {
    static const std::vector<Refused> all{
        {"its results are random, so that no run is like another: cut the network before it",
         {"Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform",
          "RandomUniformLike"}},
        {"sequences, maps and optional values are not supported: export the network with tensors alone",
         {"ConcatFromSequence", "Optional", "OptionalGetElement", "OptionalHasElement", "SequenceAt",
          "SequenceConstruct", "SequenceEmpty", "SequenceErase", "SequenceInsert", "SequenceLength",
          "SequenceMap", "SplitToSequence"}},
        {"it works on text, which is not supported: start the network behind it",
         {"RegexFullMatch", "StringConcat", "StringNormalizer", "StringSplit", "TfIdfVectorizer"}},
    };
    return all;
}

}  // namespace

void registerRefused(OnnxHandlers& handlers) {
    for (const auto& [reason, ops] : refused()) {
        for (const char* op : ops) {
            handlers.add(op, OnnxHandler([why = std::string(reason)](
                                             OnnxNode& node) -> std::vector<at::Tensor> { node.fail(why); }));
        }
    }
}

}  // namespace qs
