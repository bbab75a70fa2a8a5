#include <algorithm>
#include <array>

#include "graph/passes/passes.h"
#include "graph/passes/rewrite.h"

namespace qs {

namespace {

/// The split whose two parts `cat` puts together the other way round, and nobody else reads.
const Node* swappedSplit(const Graph& graph, const Node& cat) {
    if (cat.op != "cat" || cat.inputs.size() != 2) {
        return nullptr;
    }
    const Node* split = soleProducer(graph, cat.inputs[0]);
    const bool swapped = split && split == soleProducer(graph, cat.inputs[1]) && split->op == "split" &&
                         split->outputs.size() == 2 && split->outputs[1] == cat.inputs[0] &&
                         split->outputs[0] == cat.inputs[1] &&
                         split->attrs.get<int64_t>("dim") == cat.attrs.get<int64_t>("dim");
    return swapped ? split : nullptr;
}

void makeRoll(Graph& graph, const Node& split, const Node& cat) {
    const std::array members{split.id, cat.id};
    const std::vector<int64_t> sizes = split.attrs.ints("sizes");
    Attributes attrs;
    attrs.set("dims", std::vector{cat.attrs.get<int64_t>("dim")});
    attrs.set("shifts", std::vector{sizes[0] <= sizes[1] ? -sizes[0] : sizes[1]});
    fuseInto(graph, cat.id, members, "roll", std::move(attrs), {split.inputs[0]});
}

bool haveCommonAxis(const Node& a, const Node& b) {
    const std::vector<int64_t> dims = a.attrs.ints("dims");
    const std::vector<int64_t> others = b.attrs.ints("dims");
    return std::find_first_of(dims.begin(), dims.end(), others.begin(), others.end()) != dims.end();
}

/// A roll of what another one makes for it alone, along other axes, becomes one along the axes of both.
void absorbInner(Graph& graph, Node& outer) {
    const Node* inner = soleProducer(graph, outer.inputs[0]);
    if (!inner || inner->op != "roll" || haveCommonAxis(*inner, outer)) {
        return;
    }
    const auto joined = [&](const char* name) {
        std::vector<int64_t> all = inner->attrs.ints(name);
        const std::vector<int64_t> own = outer.attrs.ints(name);
        all.insert(all.end(), own.begin(), own.end());
        return all;
    };
    outer.attrs.set("dims", joined("dims"));
    outer.attrs.set("shifts", joined("shifts"));
    graph.setInputs(outer.id, {inner->inputs[0]});
}

}  // namespace

void fuseRoll(Graph& graph) {
    for (size_t i = 0; i < graph.nodes().size(); ++i) {
        const Node& node = graph.nodes()[i];
        if (const Node* split = swappedSplit(graph, node)) {
            makeRoll(graph, *split, node);
        }
    }
    removeDeadNodes(graph);
    for (size_t i = 0; i < graph.nodes().size(); ++i) {
        Node& node = graph.node(graph.nodes()[i].id);
        if (node.op == "roll") {
            absorbInner(graph, node);
        }
    }
}

}  // namespace qs
