#include "importers/jit_interpreter.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>

#include <algorithm>
#include <functional>
#include <set>
#include <unordered_map>

#include "importers/inference_form.h"
#include "importers/jit_quantized.h"
#include "importers/jit_values.h"
#include "importers/operators.h"
#include "importers/torchscript/allowed_operators.h"
#include "importers/torchscript/newer_operators.h"

namespace qs {

namespace jit = torch::jit;
namespace prim = c10::prim;

namespace {

constexpr int64_t kMostSteps = 200'000;
constexpr int kMostCalls = 200;

/// One call of a graph: what its values are, and by which path its modules are reached.
struct Frame {
    std::unordered_map<const jit::Value*, c10::IValue> values;
    std::unordered_map<const jit::Value*, std::string> paths;
    std::string module;  ///< path of the module whose method this is; a function has its caller's
};

std::string joined(const std::string& path, const std::string& name) {
    return path.empty() ? name : path + "." + name;
}

class Interpreter {
  public:
    Interpreter(Tracer& tracer, std::vector<std::string>& notes) : tracer_(tracer), notes_(notes) {}

    c10::IValue forward(const jit::Module& module, const std::vector<at::Tensor>& inputs) {
        std::vector<c10::IValue> arguments{module._ivalue()};
        arguments.insert(arguments.end(), inputs.begin(), inputs.end());
        const auto& function = module.get_method("forward").function();
        const auto type = module.type()->name();
        isOwnExport_ = type && type->qualifiedName().starts_with("__torch__.quantoscope.");
        const auto& declared = function.getSchema().arguments();
        for (size_t i = arguments.size(); i < declared.size() && declared[i].default_value(); ++i) {
            arguments.push_back(*declared[i].default_value());
        }
        c10::IValue results = call(function, std::move(arguments), "");
        if (!changed_.empty()) {
            std::string changes;
            for (const std::string& change : changed_) {
                changes += (changes.empty() ? "" : ", ") + change;
            }
            noteOnce("was saved in training mode and is opened as in inference: " + changes);
        }
        return results;
    }

  private:
    std::string where(const Frame& frame, const jit::Node* node) const {
        const std::string op = node->kind().toUnqualString();
        return "layer " + joined(frame.module, op) + ": ";
    }

    [[noreturn]] void refuse(const Frame& frame, const jit::Node* node, const std::string& why) const {
        throw ImportError(where(frame, node) + why);
    }

    // ---- calls and blocks

    c10::IValue call(const jit::Function& function, std::vector<c10::IValue> arguments,
                     const std::string& path) {
        if (++depth_ > kMostCalls) {
            throw ImportError("layer " + path + ": calls itself without end");
        }
        const auto graph = jit::toGraphFunction(const_cast<jit::Function&>(function)).graph();
        Frame frame;
        frame.module = path;
        if (graph->inputs().size() != arguments.size()) {
            throw ImportError("the model takes " + std::to_string(graph->inputs().size() - 1) +
                              " inputs, not " + std::to_string(arguments.size() - 1));
        }
        for (size_t i = 0; i < arguments.size(); ++i) {
            frame.values[graph->inputs()[i]] = std::move(arguments[i]);
        }
        frame.paths[graph->inputs().empty() ? nullptr : graph->inputs()[0]] = path;
        runBlock(frame, graph->block());
        --depth_;
        return result(frame, graph->outputs());
    }

    static c10::IValue result(const Frame& frame, at::ArrayRef<jit::Value*> outputs) {
        return outputs.empty() ? c10::IValue() : frame.values.at(outputs[0]);
    }

    void runBlock(Frame& frame, const jit::Block* block) {
        for (const jit::Node* node : block->nodes()) {
            tracer_.poll();
            if (++steps_ > kMostSteps) {
                refuse(frame, node,
                       "the model's loops do not end within " + std::to_string(kMostSteps) + " steps");
            }
            run(frame, node);
        }
    }

    const c10::IValue& input(const Frame& frame, const jit::Node* node, size_t i) const {
        return frame.values.at(node->input(i));
    }

    static void set(Frame& frame, const jit::Node* node, c10::IValue value) {
        frame.values[node->output()] = std::move(value);
    }

    std::vector<c10::IValue> inputs(const Frame& frame, const jit::Node* node) const {
        std::vector<c10::IValue> values;
        for (const jit::Value* value : node->inputs()) {
            values.push_back(frame.values.at(value));
        }
        return values;
    }

    /// Runs one of the interpreter's own stack operations on the node's inputs.
    template <typename Operation>
    void onStack(Frame& frame, const jit::Node* node, Operation&& operation) {
        std::vector<c10::IValue> stack = inputs(frame, node);
        operation(stack);
        if (stack.size() != node->outputs().size()) {
            refuse(frame, node, "operator " + std::string(node->kind().toQualString()) + " is not supported");
        }
        for (size_t i = 0; i < stack.size(); ++i) {
            frame.values[node->outputs()[i]] = std::move(stack[i]);
        }
    }

    // ---- nodes

    void run(Frame& frame, const jit::Node* node) {
        switch (node->kind()) {
            case prim::Constant:
                return set(frame, node, constantOf(*node));
            case prim::GetAttr:
                return getAttribute(frame, node);
            case prim::SetAttr:
                return input(frame, node, 0)
                    .toObject()
                    ->setAttr(node->s(jit::attr::name), input(frame, node, 1));
            case prim::CallMethod:
                return callMethod(frame, node);
            case prim::CallFunction:
                return callFunction(frame, node);
            case prim::If:
                return runIf(frame, node);
            case prim::Loop:
                return runLoop(frame, node);
            case prim::ListConstruct:
                return set(frame, node, listOf(*node, inputs(frame, node)));
            case prim::ListUnpack:
                return unpack(frame, node, listItems(input(frame, node, 0)));
            case prim::TupleConstruct:
                return set(frame, node, c10::ivalue::Tuple::create(inputs(frame, node)));
            case prim::TupleUnpack:
                return unpack(frame, node, tupleItems(input(frame, node, 0)));
            case prim::TupleSlice:
                return set(frame, node, sliceOf(*node, input(frame, node, 0)));
            case prim::DictConstruct:
                return set(frame, node, dictOf(*node, inputs(frame, node)));
            case prim::isinstance:
                return set(frame, node, isInstance(*node, input(frame, node, 0)));
            case prim::unchecked_cast:
                return set(frame, node, input(frame, node, 0));
            case prim::Uninitialized:
                return set(frame, node, c10::IValue());
            case prim::Print:
                return;
            case prim::RaiseException:
                return refuse(frame, node,
                              "the model raises an error for this input: " + raised(frame, node));
            // What asks for gradients picks the code path that is made of ordinary layers.
            case prim::requires_grad:
                return set(frame, node, true);
            case prim::device:
                return set(frame, node, at::Device(at::kCPU));
            default:
                return runOperator(frame, node);
        }
    }

    void unpack(Frame& frame, const jit::Node* node, const std::vector<c10::IValue>& items) {
        if (items.size() != node->outputs().size()) {
            refuse(frame, node,
                   "it has " + std::to_string(items.size()) + " items where the model expects " +
                       std::to_string(node->outputs().size()));
        }
        for (size_t i = 0; i < items.size(); ++i) {
            frame.values[node->outputs()[i]] = items[i];
        }
    }

    std::string raised(const Frame& frame, const jit::Node* node) const {
        const c10::IValue& message = input(frame, node, 0);
        return message.isString() ? message.toStringRef() : "(no message)";
    }

    void getAttribute(Frame& frame, const jit::Node* node) {
        const std::string& name = node->s(jit::attr::name);
        const c10::IValue value = input(frame, node, 0).toObject()->getAttr(name);
        const auto owner = frame.paths.find(node->input(0));
        const std::string path = joined(owner == frame.paths.end() ? "" : owner->second, name);
        if (value.isObject()) {
            frame.paths[node->output()] = path;
        } else if (value.isTensor() && value.toTensor().defined()) {
            frame.paths[node->output()] = path;
            return set(frame, node, parameter(value.toTensor(), path));
        }
        set(frame, node, value);
    }

    at::Tensor parameter(const at::Tensor& stored, const std::string& path) {
        const at::ScalarType type = stored.scalar_type();
        if (type != at::kHalf && type != at::kBFloat16 && type != at::kDouble) {
            tracer_.nameParameter(stored, path);
            return stored;
        }
        at::Tensor& single = singles_[stored.unsafeGetTensorImpl()];
        if (!single.defined()) {
            single = stored.detach().to(at::kFloat);
            noteOnce(type == at::kDouble
                         ? "weights rounded from fp64 to fp32"
                         : std::string("weights widened from ") + (type == at::kHalf ? "fp16" : "bf16"));
            tracer_.nameParameter(single, path);
        }
        return single;
    }

    void noteOnce(const std::string& note) {
        if (std::find(notes_.begin(), notes_.end(), note) == notes_.end()) {
            notes_.push_back(note);
        }
    }

    void callMethod(Frame& frame, const jit::Node* node) {
        const c10::IValue& self = input(frame, node, 0);
        const auto path = frame.paths.find(node->input(0));
        const auto& method = self.toObject()->type()->getMethod(node->s(jit::attr::name));
        set(frame, node,
            call(method, inputs(frame, node), path == frame.paths.end() ? frame.module : path->second));
    }

    void callFunction(Frame& frame, const jit::Node* node) {
        const auto type = node->input(0)->type()->expect<c10::FunctionType>();
        std::vector<c10::IValue> arguments = inputs(frame, node);
        arguments.erase(arguments.begin());
        set(frame, node, call(*type->function(), std::move(arguments), frame.module));
    }

    void bindOutputs(Frame& frame, const jit::Node* node, const jit::Block* block) {
        for (size_t i = 0; i < node->outputs().size(); ++i) {
            const jit::Value* from = block->outputs()[i];
            frame.values[node->outputs()[i]] = frame.values.at(from);
            if (const auto path = frame.paths.find(from); path != frame.paths.end()) {
                frame.paths[node->outputs()[i]] = path->second;
            }
        }
    }

    void runIf(Frame& frame, const jit::Node* node) {
        const jit::Block* block = node->blocks()[input(frame, node, 0).toBool() ? 0 : 1];
        runBlock(frame, block);
        bindOutputs(frame, node, block);
    }

    /// inputs: most trips, first condition, carried values; the block gives the next condition and values.
    void runLoop(Frame& frame, const jit::Node* node) {
        const int64_t trips = input(frame, node, 0).toInt();
        bool goOn = input(frame, node, 1).toBool();
        const jit::Block* body = node->blocks()[0];
        std::vector<c10::IValue> carried = inputs(frame, node);
        carried.erase(carried.begin(), carried.begin() + 2);
        for (int64_t trip = 0; goOn && trip < trips; ++trip) {
            frame.values[body->inputs()[0]] = trip;
            for (size_t i = 0; i < carried.size(); ++i) {
                frame.values[body->inputs()[i + 1]] = carried[i];
            }
            runBlock(frame, body);
            goOn = frame.values.at(body->outputs()[0]).toBool();
            for (size_t i = 0; i < carried.size(); ++i) {
                carried[i] = frame.values.at(body->outputs()[i + 1]);
            }
        }
        for (size_t i = 0; i < carried.size(); ++i) {
            frame.values[node->outputs()[i]] = carried[i];
        }
    }

    // ---- operators

    static bool returnsTensors(const jit::Node* node) {
        return std::all_of(node->outputs().begin(), node->outputs().end(), [](const jit::Value* output) {
            return output->type()->isSubtypeOf(*c10::TensorType::get()) ||
                   output->type()->isSubtypeOf(*c10::ListType::ofTensors());
        });
    }

    /// A number or a decision made of an activation's values.
    [[noreturn]] void refuseData(const Frame& frame, const jit::Node* node) const {
        std::string kind = node->kind().toQualString();
        for (const auto& use : node->output()->uses()) {
            if (use.user->kind() == prim::If || use.user->kind() == prim::Loop) {
                kind = use.user->kind().toQualString();
            }
        }
        refuse(frame, node,
               "control flow that depends on the data (" + kind +
                   ") is not supported: trace the model with torch.jit.trace instead");
    }

    static bool readsValues(const std::string& op) {
        static const std::set<std::string> readers{
            "aten::item",           "aten::Bool",        "aten::Int",
            "aten::Float",          "aten::IntImplicit", "aten::FloatImplicit",
            "aten::ScalarImplicit", "aten::is_nonzero",  "aten::equal",
            "aten::allclose",       "aten::tolist",      "prim::tolist",
            "aten::Complex",        "aten::__contains__"};
        return readers.contains(op);
    }

    void runOperator(Frame& frame, const jit::Node* node) {
        const std::string op = node->kind().toQualString();
        if (op == "aten::is_grad_enabled") {
            return set(frame, node, true);
        }
        if (op == "aten::warn") {
            return;
        }
        const jit::FunctionSchema* schema = node->maybeSchema();
        if (!schema) {
            refuse(frame, node, "operator " + op + " is not supported");
        }
        if (!isAllowedOperator(op)) {
            refuse(frame, node, "operator " + op + " reaches beyond the network");
        }
        auto arguments = inputs(frame, node);
        useInference(frame, node, *schema, arguments);
        if (const jit::Function* composition = compositionOf(*schema)) {
            return compose(frame, node, *composition, std::move(arguments));
        }
        const bool active = std::any_of(arguments.begin(), arguments.end(), hasActivation);
        if (active && readsValues(op)) {
            refuseData(frame, node);
        }
        if (op == "prim::is_quantized" || op == "aten::is_quantized") {
            const at::Tensor x = arguments.at(0).toTensor();
            return set(frame, node, active ? tracer_.gridOf(x).has_value() : x.is_quantized());
        }
        if (active && (op == "aten::q_scale" || op == "aten::q_zero_point")) {
            return askGrid(frame, node, arguments.at(0).toTensor());
        }
        if (const auto results = returnsTensors(node)
                                     ? quantized_.trace({*schema, arguments, scopeOf(frame, node)})
                                     : std::nullopt) {
            return bindResults(frame, node, *results);
        }
        const auto handle = c10::Dispatcher::singleton().findSchema({op, schema->overload_name()});
        if (handle && returnsTensors(node)) {
            const std::string name =
                schema->overload_name().empty() ? op : op + "." + schema->overload_name();
            return bindResults(frame, node, tracer_.apply(name, arguments, scopeOf(frame, node)));
        }
        runBuiltin(frame, node, op);
    }

    void useInference(const Frame& frame, const jit::Node* node, const jit::FunctionSchema& schema,
                      std::vector<c10::IValue>& arguments) {
        try {
            if (const std::string change = useInferenceForm(schema, arguments); !change.empty()) {
                changed_.insert(change);
            }
        } catch (const ImportError& error) {
            refuse(frame, node, error.what());
        }
    }

    /// What an operator is composed of, as layers below the operator's own name ("self_attn.rms_norm.mean").
    void compose(Frame& frame, const jit::Node* node, const jit::Function& composition,
                 std::vector<c10::IValue> arguments) {
        const std::string op = node->kind().toUnqualString();
        const c10::IValue result = call(composition, std::move(arguments),
                                        joined(frame.module, op.substr(op.find_first_not_of('_'))));
        if (node->outputs().size() == 1) {
            set(frame, node, result);
        } else if (!node->outputs().empty()) {
            unpack(frame, node, tupleItems(result));
        }
    }

    static void bindResults(Frame& frame, const jit::Node* node, const std::vector<c10::IValue>& results) {
        for (size_t i = 0; i < results.size(); ++i) {
            frame.values[node->outputs()[i]] = results[i];
        }
    }

    void askGrid(Frame& frame, const jit::Node* node, const at::Tensor& x) const {
        const auto grid = tracer_.gridOf(x);
        if (!grid) {
            refuse(frame, node, "it asks for the scale of real numbers");
        }
        const bool scale = std::string(node->kind().toUnqualString()) == "q_scale";
        set(frame, node, scale ? c10::IValue(grid->scale[0]) : c10::IValue(grid->zeroPoint[0]));
    }

    /// The module that an operator belongs to. Our own exports have one forward for the whole network: there
    /// the module is the one whose parameters the operator reads, or else the result's name says whose it is.
    std::string scopeOf(const Frame& frame, const jit::Node* node) const {
        if (!isOwnExport_) {
            return frame.module;
        }
        for (const jit::Value* argument : node->inputs()) {
            const auto path = frame.paths.find(argument);
            const size_t dot = path == frame.paths.end() ? std::string::npos : path->second.rfind('.');
            if (dot != std::string::npos) {
                return path->second.substr(0, dot);
            }
        }
        const bool isNamed =
            node->outputs().size() == 1 && node->output()->hasDebugName() && returnsTensors(node);
        if (!isNamed) {
            return "";
        }
        // "pool.1", as LibTorch numbers names that are alike.
        const std::string name = node->output()->debugName();
        const size_t dot = name.rfind('.');
        return name.find_first_not_of("0123456789", dot + 1) == std::string::npos ? name.substr(0, dot)
                                                                                  : name;
    }

    /// Lists, strings, numbers, and what only asks a tensor for its shape or type.
    void runBuiltin(Frame& frame, const jit::Node* node, const std::string& op) {
        const at::NoGradGuard noGrad;
        try {
            onStack(frame, node, [&](auto& stack) {
                if (node->schema().is_vararg()) {
                    stack.emplace_back(static_cast<int64_t>(node->inputs().size()));
                }
                node->getOperation()(stack);
            });
        } catch (const ImportError&) {
            throw;
        } catch (const std::exception& error) {
            refuse(frame, node, op + ": " + firstSentence(error));
        }
    }

    Tracer& tracer_;
    JitQuantized quantized_{tracer_};
    std::vector<std::string>& notes_;
    bool isOwnExport_ = false;
    std::set<std::string> changed_;  ///< what training does and inference does not
    std::unordered_map<const at::TensorImpl*, at::Tensor>
        singles_;  ///< weights of other float types as float32
    int64_t steps_ = 0;
    int depth_ = 0;
};

}  // namespace

std::vector<std::pair<std::string, at::Tensor>> interpret(const jit::Module& module,
                                                          const std::vector<at::Tensor>& inputs,
                                                          Tracer& tracer, std::vector<std::string>& notes) {
    return namedTensors(Interpreter(tracer, notes).forward(module, inputs));
}

}  // namespace qs
