#include "importers/tracer.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "importers/markers.h"
#include "importers/meta_kernels.h"
#include "importers/operators.h"
#include "importers/torchscript/allowed_operators.h"
#include "ops/op.h"
#include "ops/opaque.h"

namespace qs {

namespace {

constexpr int64_t kMostConstantElements = int64_t{1} << 28;
constexpr int64_t kMostTrialElements = int64_t{1} << 28;

/// A constant and the grid of its integers; holds the constant, so that its address stays its own.
struct OnGrid {
    at::Tensor constant;
    QParams grid;
};

/// How a view came from its base, so that a change of the view can be written back.
struct ViewOf {
    at::Tensor base;
    std::string op;
    Values arguments;  ///< behind the base
};

}  // namespace

struct Tracer::State {
    Graph graph;
    std::unordered_map<const at::TensorImpl*, ValueId> values;
    std::unordered_map<const at::TensorImpl*, std::string> names;
    std::unordered_map<const at::TensorImpl*, OnGrid> grids;  ///< of constants
    std::unordered_map<const at::StorageImpl*, std::vector<at::Tensor>> families;
    std::unordered_map<const at::TensorImpl*, ViewOf> views;
    std::unordered_set<const at::TensorImpl*> stale;
    std::unordered_map<int32_t, at::Tensor> tensors;  ///< of each value; keeps the addresses above unique
    Tracer& tracer;

    explicit State(Tracer& owner) : tracer(owner) {}

    void bind(const at::Tensor& tensor, ValueId id) {
        const bool known = values.contains(tensor.unsafeGetTensorImpl());
        values[tensor.unsafeGetTensorImpl()] = id;
        stale.erase(tensor.unsafeGetTensorImpl());
        tensors[id.index] = tensor;
        graph.value(id).shape = tensor.sizes().vec();
        graph.value(id).dtype = tensor.scalar_type();
        if (!known && tensor.is_meta()) {
            families[tensor.storage().unsafeGetStorageImpl()].push_back(tensor);
        }
    }

    ValueId idOf(const at::Tensor& tensor, const std::string& scope) {
        const auto* impl = tensor.unsafeGetTensorImpl();
        if (stale.contains(impl)) {
            throw ImportError("layer " + scope +
                              ": a tensor that was changed in place through another view of it is not "
                              "supported: change a copy (clone) in the model");
        }
        if (const auto it = values.find(impl); it != values.end()) {
            return it->second;
        }
        TORCH_CHECK(!tensor.is_meta(), "an activation that the tracer does not know");
        const auto name = names.find(impl);
        const at::Tensor plain = tensor.detach();
        const ValueId id = graph.addConstant(name == names.end() ? "" : name->second, plain);
        graph.value(id).dtype = plain.scalar_type();
        if (const auto grid = grids.find(impl); grid != grids.end()) {
            graph.value(id).qparams = grid->second.grid;
        }
        values[impl] = id;
        tensors[id.index] = tensor;
        return id;
    }

    AtenArg argument(const c10::IValue& value, const std::string& scope) {
        AtenArg arg;
        if (value.isTensor() && value.toTensor().defined()) {
            arg.value = idOf(value.toTensor(), scope);
        } else if (value.isTensor()) {
            arg.constant = c10::IValue();
        } else if (value.isTensorList() && value.toTensorVector().empty()) {
            arg.constant = value;
        } else if (value.isTensorList()) {
            for (const at::Tensor& item : value.toTensorVector()) {
                arg.list.push_back(idOf(item, scope));
            }
        } else {
            const auto inside = tensorsIn({value});
            if (std::any_of(inside.begin(), inside.end(), isActivation)) {
                throw ImportError(
                    "it is indexed by values that depend on the data: use torch.gather or "
                    "torch.index_select in the model");
            }
            arg.constant = value;
        }
        return arg;
    }

    /// Results as meta tensors: from the operator's meta kernel, or else by computing it on zeros.
    Values shapes(const c10::OperatorHandle& handle, const Values& arguments) {
        Values meta;
        for (const auto& value : arguments) {
            meta.push_back(mapTensors(value, toMeta));
        }
        try {
            return run(handle, meta);
        } catch (const std::exception&) {
            return tryOnZeros(handle, arguments);
        }
    }

    static Values tryOnZeros(const c10::OperatorHandle& handle, const Values& arguments) {
        int64_t elements = 0;
        for (const at::Tensor& tensor : tensorsIn(arguments)) {
            elements += tensor.numel();
        }
        if (elements > kMostTrialElements) {
            throw ImportError("its inputs are too large to try");
        }
        Values zeros;
        for (const auto& value : arguments) {
            zeros.push_back(mapTensors(value, [](const at::Tensor& tensor) {
                return tensor.is_meta() ? at::zeros(tensor.sizes(), tensor.options().device(at::kCPU))
                                        : tensor;
            }));
        }
        Values results;
        for (const auto& result : run(handle, zeros)) {
            results.push_back(mapTensors(result, toMeta));
        }
        return results;
    }

    OpenedOp carry(const c10::OperatorName& name, std::vector<AtenArg> args) const {
        for (AtenArg& arg : args) {
            if (arg.value.valid() && graph.value(arg.value).constant) {
                arg = {{}, graph.constant(arg.value), {}};
            }
        }
        return openOpaque(name.overload_name, args);
    }

    /// Appends the node; its name is made later from the scope.
    NodeId append(std::string op, OpenedOp opened, size_t outputs, const std::string& scope) {
        const NodeId id = graph.addNode(std::move(op), "", std::move(opened.attrs), std::move(opened.inputs),
                                        std::vector<std::string>(outputs));
        graph.node(id).scope = scope;
        return id;
    }

    /// `written` was changed in place to the value `id`: so were the tensors that it is a view of.
    void writeBack(const at::Tensor& written, const std::string& scope) {
        const auto family = families.find(written.storage().unsafeGetStorageImpl());
        const auto view = views.find(written.unsafeGetTensorImpl());
        std::optional<ViewOf> from;
        if (view != views.end()) {
            from = view->second;
        }
        if (family != families.end()) {
            for (const at::Tensor& other : family->second) {
                if (!other.is_same(written)) {
                    stale.insert(other.unsafeGetTensorImpl());
                }
            }
        }
        if (!from) {
            return;
        }
        stale.erase(from->base.unsafeGetTensorImpl());
        Values arguments{from->base, written};
        at::Tensor updated;
        if (from->op == "aten::slice" || from->op == "aten::select") {
            arguments.insert(arguments.end(), from->arguments.begin(), from->arguments.end());
            updated = tracer.call(from->op == "aten::slice" ? "aten::slice_scatter" : "aten::select_scatter",
                                  arguments, scope);
        } else {
            updated = tracer.call("aten::reshape", {written, from->base.sizes()}, scope);
        }
        bind(from->base, values.at(updated.unsafeGetTensorImpl()));
        const bool isWhole = !views.contains(from->base.unsafeGetTensorImpl());
        if (!isWhole) {
            writeBack(from->base, scope);
            stale.erase(from->base.unsafeGetTensorImpl());
        }
        stale.erase(written.unsafeGetTensorImpl());
    }

    void noteView(const std::string& name, const at::Tensor& result, const Values& arguments) {
        if (!arguments[0].isTensor() || !result.is_meta() || result.is_same(arguments[0].toTensor()) ||
            !result.is_alias_of(arguments[0].toTensor())) {
            return;
        }
        static const std::unordered_set<std::string> invertible{
            "aten::slice", "aten::select", "aten::view", "aten::reshape", "aten::unsqueeze", "aten::squeeze"};
        if (invertible.contains(name)) {
            views[result.unsafeGetTensorImpl()] = {arguments[0].toTensor(), name,
                                                   Values(arguments.begin() + 1, arguments.end())};
        }
    }

    /// The result of a marker, a tensor like `x`.
    at::Tensor mark(const at::Tensor& x, const char* op, Attributes attrs, const std::string& scope) {
        OpenedOp opened{std::move(attrs), {idOf(x, scope)}};
        const NodeId node = append(op, std::move(opened), 1, scope);
        at::Tensor result = at::empty(x.sizes(), x.options());
        bind(result, graph.node(node).outputs[0]);
        return result;
    }

    /// Another tensor with the same value, which may be changed without changing the first.
    at::Tensor copyOf(const at::Tensor& tensor) {
        const ValueId id = values.at(tensor.unsafeGetTensorImpl());
        at::Tensor copy = at::empty_like(tensor);
        bind(copy, id);
        return copy;
    }

    Values record(const c10::OperatorHandle& handle, const Values& arguments, const std::string& scope) {
        const c10::OperatorName& name = handle.operator_name();
        std::vector<AtenArg> args;
        for (const auto& value : arguments) {
            args.push_back(argument(value, scope));
        }
        std::string op = name.name;
        OpenedOp opened;
        const auto [def, binding] = findAten(name.name);
        auto known = binding ? binding->open(graph, args) : std::nullopt;
        if (known && known->alias) {
            const at::Tensor same = tensors.at(known->inputs.at(0).index);
            return {name.name == "aten::clone" ? copyOf(same) : same};
        }
        if (known) {
            op = def->name;
            opened = std::move(*known);
        } else {
            opened = carry(name, args);
        }
        Values results = shapes(handle, arguments);
        std::vector<at::Tensor> outputs = tensorsIn(results);
        for (const auto& result : results) {
            if (!result.isTensor() && !result.isTensorList()) {
                throw ImportError("it returns " + result.tagKind() + ", not a tensor");
            }
        }
        if (outputs.empty()) {
            throw ImportError("it returns no tensor");
        }
        const NodeId node = append(op, std::move(opened), outputs.size(), scope);
        // The result of a functional operator must not be taken for its input: some return it as it is.
        results = distinct(results, arguments);
        outputs = tensorsIn(results);
        for (size_t i = 0; i < outputs.size(); ++i) {
            bind(outputs[i], graph.node(node).outputs[i]);
            noteView(name.name, outputs[i], arguments);
        }
        return results;
    }

    static Values distinct(const Values& results, const Values& arguments) {
        const auto inputs = tensorsIn(arguments);
        Values fresh;
        for (const auto& result : results) {
            fresh.push_back(mapTensors(result, [&](const at::Tensor& tensor) {
                for (const at::Tensor& input : inputs) {
                    if (input.is_same(tensor)) {
                        return tensor.alias();
                    }
                }
                return tensor;
            }));
        }
        return fresh;
    }

    /// x.op_(..) as x = x.op(..), for whoever holds x.
    Values recordInPlace(const c10::OperatorName& name, const Values& arguments, const std::string& scope) {
        const at::Tensor self = arguments.at(0).toTensor();
        if (!self.is_meta()) {
            throw ImportError(
                "it writes a result into a constant tensor: build the result with torch.cat or "
                "torch.where in the model");
        }
        const std::string functional = name.name.substr(0, name.name.size() - 1);
        at::Tensor result;
        if (functional == "aten::copy" || (functional == "aten::fill" && arguments.at(1).isTensor())) {
            result = tracer.call("aten::expand", {arguments.at(1), self.sizes(), false}, scope);
        } else if (functional == "aten::zero" || functional == "aten::fill") {
            const c10::IValue filling = functional == "aten::zero" ? c10::IValue(0) : arguments.at(1);
            result = tracer.call("aten::full", {self.sizes(), filling, self.scalar_type()}, scope);
        } else {
            const std::string overload = name.overload_name.empty() ? "" : "." + name.overload_name;
            result = tracer.call(functional + overload, arguments, scope);
        }
        return {tracer.assign(self, result, scope)};
    }

    /// Casts: to another float type they are none (everything is float32), and the device is always the CPU.
    std::optional<Values> recordCast(const c10::OperatorHandle& handle, const Values& arguments,
                                     const std::string& scope) {
        const std::string& name = handle.operator_name().name;
        if (name != "aten::to" && name != "aten::_to_copy" && name != "aten::type_as") {
            return std::nullopt;
        }
        const at::Tensor self = arguments.at(0).toTensor();
        std::optional<at::ScalarType> type;
        const auto& declared = handle.schema().arguments();
        for (size_t i = 1; i < arguments.size(); ++i) {
            if (declared[i].name() == "dtype" && arguments[i].isInt()) {
                type = arguments[i].toScalarType();
            } else if (declared[i].name() == "other") {
                type = arguments[i].toTensor().scalar_type();
            }
        }
        if (!type || *type == self.scalar_type() ||
            ((*type == at::kHalf || *type == at::kBFloat16) && self.scalar_type() == at::kFloat)) {
            return Values{self};
        }
        const auto cast = c10::Dispatcher::singleton().findSchemaOrThrow("aten::to", "dtype");
        return record(cast, {self, *type, false, false, c10::IValue()}, scope);
    }

    /// Nothing here reads an activation: computed once, now.
    static Values compute(const c10::OperatorHandle& handle, Values arguments) {
        const std::string& name = handle.operator_name().name;
        if (elementsCreated(name, arguments) > static_cast<double>(kMostConstantElements)) {
            throw ImportError("a constant of more than " + std::to_string(kMostConstantElements) +
                              " elements");
        }
        Values results = run(handle, onCpu(handle, std::move(arguments)));
        for (const at::Tensor& tensor : tensorsIn(results)) {
            if (tensor.numel() > kMostConstantElements) {
                throw ImportError("a constant of " + std::to_string(tensor.numel()) + " elements");
            }
        }
        return results;
    }

    static Values onCpu(const c10::OperatorHandle& handle, Values arguments) {
        const auto& declared = handle.schema().arguments();
        for (size_t i = 0; i < arguments.size() && i < declared.size(); ++i) {
            if (declared[i].name() == "device" && !arguments[i].isNone()) {
                arguments[i] = at::Device(at::kCPU);
            }
        }
        return arguments;
    }

    static Values create(const c10::OperatorHandle& handle, Values arguments) {
        const at::Tensor like = arguments.at(0).toTensor();
        const bool whole = handle.operator_name().name.ends_with("_like");
        arguments[0] = at::empty(whole ? like.sizes() : at::IntArrayRef{0}, like.options().device(at::kCPU));
        return compute(handle, std::move(arguments));
    }

    Values apply(const c10::OperatorHandle& handle, const Values& arguments, const std::string& scope) {
        const c10::OperatorName& name = handle.operator_name();
        const auto tensors = tensorsIn(arguments);
        if (std::none_of(tensors.begin(), tensors.end(), isActivation)) {
            return compute(handle, arguments);
        }
        if (isCreation(name.name)) {
            return create(handle, arguments);
        }
        if (auto cast = recordCast(handle, arguments, scope)) {
            return *cast;
        }
        return isInPlace(name.name) ? recordInPlace(name, arguments, scope)
                                    : record(handle, arguments, scope);
    }
};

Tracer::Tracer() : state_(std::make_unique<State>(*this)) {
    addMissingMetaKernels();
}
Tracer::~Tracer() = default;

at::Tensor Tracer::input(const std::string& name, const Shape& shape, at::ScalarType dtype) {
    at::Tensor tensor = at::empty(shape, at::TensorOptions().device(at::kMeta).dtype(dtype));
    state_->bind(tensor, state_->graph.addInput(name));
    return tensor;
}

void Tracer::nameParameter(const at::Tensor& tensor, const std::string& name) {
    state_->names.emplace(tensor.unsafeGetTensorImpl(), name);
}

void Tracer::setGrid(const at::Tensor& constant, const QParams& grid) {
    state_->grids[constant.unsafeGetTensorImpl()] = {constant, grid};
}

at::Tensor Tracer::quantize(const at::Tensor& x, const QParams& grid, const std::string& scope) {
    return state_->mark(x, kQuantizeMarker, markerAttributes(grid), scope);
}

at::Tensor Tracer::dequantize(const at::Tensor& x, const std::string& scope) {
    return state_->mark(x, kDequantizeMarker, {}, scope);
}

std::optional<QParams> Tracer::gridOf(const at::Tensor& x) const {
    const auto value = state_->values.find(x.unsafeGetTensorImpl());
    return value == state_->values.end() ? std::nullopt : integerGrid(state_->graph, value->second);
}

at::Tensor Tracer::assign(const at::Tensor& x, const at::Tensor& result, const std::string& scope) {
    state_->bind(x, state_->idOf(result, scope));
    state_->writeBack(x, scope);
    return x;
}

std::vector<c10::IValue> Tracer::apply(const std::string& op, std::vector<c10::IValue> arguments,
                                       const std::string& scope) {
    const at::NoGradGuard noGrad;
    const auto where = [&] { return "layer " + (scope.empty() ? op : scope) + ": "; };
    const auto handle = c10::Dispatcher::singleton().findSchema(splitName(op));
    if (!handle) {
        throw ImportError(where() + "operator " + op + " is not supported");
    }
    if (!isAllowedOperator(splitName(op).name)) {
        throw ImportError(where() + "operator " + op + " reaches beyond the network");
    }
    const auto& declared = handle->schema().arguments();
    for (size_t i = arguments.size(); i < declared.size(); ++i) {
        arguments.push_back(declared[i].default_value().value_or(c10::IValue()));
    }
    try {
        return state_->apply(*handle, arguments, scope);
    } catch (const ImportError& error) {
        const std::string text = error.what();
        throw ImportError(text.starts_with("layer ") ? text : where() + op + ": " + text);
    } catch (const std::exception& error) {
        throw ImportError(where() + op + ": " + firstLine(error.what()));
    }
}

at::Tensor Tracer::call(const std::string& op, std::vector<c10::IValue> arguments, const std::string& scope) {
    return apply(op, std::move(arguments), scope).at(0).toTensor();
}

bool Tracer::isActivation(const at::Tensor& tensor) {
    return tensor.defined() && tensor.is_meta();
}

void Tracer::output(const at::Tensor& tensor, const std::string& name) {
    const ValueId id = state_->idOf(tensor, name);
    Graph& graph = state_->graph;
    if (graph.value(id).producer.valid() && !graph.isOutput(id)) {
        graph.addOutput(id, name);
        return;
    }
    OpenedOp opened;
    opened.inputs = {id};
    const NodeId copy = state_->append("identity", std::move(opened), 1, name);
    const ValueId copied = graph.node(copy).outputs[0];
    graph.value(copied).shape = tensor.sizes().vec();
    graph.value(copied).dtype = tensor.scalar_type();
    graph.addOutput(copied, name);
}

Graph Tracer::take() {
    return std::move(state_->graph);
}

}  // namespace qs
