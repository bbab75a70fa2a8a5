#include "importers/onnx/functions.h"

#include <onnx/onnx_pb.h>

#include <map>
#include <set>
#include <string>
#include <utility>

namespace qs {

namespace {

using ::onnx::AttributeProto;
using ::onnx::FunctionProto;
using ::onnx::GraphProto;
using ::onnx::NodeProto;

constexpr int kMostDepth = 32;  ///< of calls and subgraphs in one another
constexpr int kMostNodes = 1'000'000;
constexpr size_t kMostGrowth = size_t(256) << 20;  ///< bytes that bodies may add to those of the file

class Inliner {
  public:
    explicit Inliner(::onnx::ModelProto& model)
        : model_(model), mostBytes_(model.ByteSizeLong() + kMostGrowth) {
        for (const FunctionProto& function : model.functions()) {
            functions_[{function.domain(), function.name()}] = &function;
        }
    }

    Status run() { return functions_.empty() ? Status() : expandGraph(*model_.mutable_graph(), 0); }

  private:
    using Names = std::map<std::string, std::string>;

    Status expandGraph(GraphProto& graph, int depth) {
        google::protobuf::RepeatedPtrField<NodeProto> nodes;
        nodes.Swap(graph.mutable_node());
        for (NodeProto& node : nodes) {
            QS_TRY(expandNode(std::move(node), graph, depth));
        }
        return {};
    }

    /// Appends to `graph` the node, or what it calls.
    Status expandNode(NodeProto node, GraphProto& graph, int depth) {
        QS_TRY(checkSize(node, depth));
        for (AttributeProto& attribute : *node.mutable_attribute()) {
            if (attribute.has_g()) {
                QS_TRY(expandGraph(*attribute.mutable_g(), depth + 1));
            }
        }
        const auto called = functions_.find({node.domain(), node.op_type()});
        if (called == functions_.end()) {
            *graph.add_node() = std::move(node);
            return {};
        }
        return expandCall(*called->second, node, graph, depth);
    }

    /// What a few bytes of nested calls and subgraphs may become.
    Status checkSize(const NodeProto& node, int depth) {
        if (depth > kMostDepth) {
            return failure("functions and subgraphs lie in one another more than " +
                           std::to_string(kMostDepth) + " deep at operator " + node.op_type() +
                           ": the model is damaged");
        }
        if (++nodes_ > kMostNodes || bytes_ > mostBytes_) {
            return failure(
                "the functions of the model call each other so often that it has no end (at operator " +
                node.op_type() + "): the model is damaged");
        }
        return {};
    }

    Status expandCall(const FunctionProto& function, const NodeProto& node, GraphProto& graph, int depth) {
        if (!running_.insert(&function).second) {
            return failure("function " + function.name() + " calls itself without end: the model is damaged");
        }
        const std::string prefix = prefixOf(node);
        Names names = boundNames(function, node);
        for (NodeProto inner : function.node()) {
            rename(inner, names, prefix);
            inner.set_name(prefix + (inner.name().empty() ? inner.op_type() : inner.name()));
            takeAttributes(inner, node);
            bytes_ += inner.ByteSizeLong();
            QS_TRY(expandNode(std::move(inner), graph, depth + 1));
        }
        running_.erase(&function);
        return {};
    }

    /// Of the names in the body of this call alone: calls in a body need not have names of their own.
    std::string prefixOf(const NodeProto& call) {
        const std::string name =
            call.name().empty() ? call.op_type() + std::to_string(++calls_) : call.name();
        std::string prefix = name + "/";
        for (int again = 1; !prefixes_.insert(prefix).second; ++again) {
            prefix = name + "_" + std::to_string(again) + "/";
        }
        return prefix;
    }

    static Names boundNames(const FunctionProto& function, const NodeProto& call) {
        Names names;
        for (int i = 0; i < function.input_size(); ++i) {
            names[function.input(i)] = i < call.input_size() ? call.input(i) : "";
        }
        for (int i = 0; i < function.output_size() && i < call.output_size(); ++i) {
            names[function.output(i)] = call.output(i);
        }
        return names;
    }

    /// Names of the function's own values get the prefix; subgraphs see the function's names.
    static void rename(NodeProto& node, Names& names, const std::string& prefix) {
        const auto renamed = [&](const std::string& name) {
            return name.empty() ? name : names.try_emplace(name, prefix + name).first->second;
        };
        for (std::string& name : *node.mutable_input()) {
            name = renamed(name);
        }
        for (std::string& name : *node.mutable_output()) {
            name = renamed(name);
        }
        for (AttributeProto& attribute : *node.mutable_attribute()) {
            if (!attribute.has_g()) {
                continue;
            }
            for (auto& value : *attribute.mutable_g()->mutable_output()) {
                value.set_name(renamed(value.name()));
            }
            for (NodeProto& inner : *attribute.mutable_g()->mutable_node()) {
                rename(inner, names, prefix);
            }
        }
    }

    /// Attributes that refer to the function's are the calling node's, or absent.
    static void takeAttributes(NodeProto& inner, const NodeProto& call) {
        google::protobuf::RepeatedPtrField<AttributeProto> attributes;
        attributes.Swap(inner.mutable_attribute());
        for (AttributeProto& attribute : attributes) {
            if (attribute.ref_attr_name().empty()) {
                *inner.add_attribute() = std::move(attribute);
                continue;
            }
            for (const AttributeProto& given : call.attribute()) {
                if (given.name() == attribute.ref_attr_name()) {
                    *inner.add_attribute() = given;
                    inner.mutable_attribute()->rbegin()->set_name(attribute.name());
                }
            }
        }
    }

    ::onnx::ModelProto& model_;
    std::map<std::pair<std::string, std::string>, const FunctionProto*> functions_;
    std::set<const FunctionProto*> running_;  ///< whose bodies are being expanded
    std::set<std::string> prefixes_;
    size_t mostBytes_;
    size_t bytes_ = 0;
    int nodes_ = 0;
    int calls_ = 0;
};

}  // namespace

Status inlineFunctions(::onnx::ModelProto& model) {
    return Inliner(model).run();
}

}  // namespace qs
