// What ONNX Runtime makes of a model.
//
//     node run_onnx.mjs NODE_MODULES MODEL INPUTS OUTPUTS [INPUTS OUTPUTS]...
//
// INPUTS and OUTPUTS are JSON files: {"inputs": [{"name", "dtype", "shape", "file"}]}, and the same under "outputs";
// the files beside them hold the numbers. Inputs belong to the model's by name, or else by position. Exit code 77:
// the package is not in NODE_MODULES.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

const [nodeModules, model, ...pairs] = process.argv.slice(2);

process.env.ORT_DISABLE_TELEMETRY = '1';
let runtime;
try {
    runtime = createRequire(resolve(nodeModules, 'index.js'))('onnxruntime-node');
} catch (error) {
    console.log(`onnxruntime-node is not in ${nodeModules}: ${error.message.split('\n')[0]}`);
    process.exit(77);
}

const arrays = { float32: Float32Array, int64: BigInt64Array, int32: Int32Array, bool: Uint8Array, uint8: Uint8Array };

const session = await runtime.InferenceSession.create(model, {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'basic',
    logSeverityLevel: 3,
});

function readInputs(path) {
    const { inputs } = JSON.parse(readFileSync(path));
    const feeds = {};
    inputs.forEach(({ name, dtype, shape, file }, i) => {
        const bytes = Uint8Array.from(readFileSync(join(dirname(path), file)));
        const key = session.inputNames.includes(name) ? name : session.inputNames[i];
        feeds[key] = new runtime.Tensor(dtype, new arrays[dtype](bytes.buffer), shape);
    });
    return feeds;
}

function writeOutputs(path, results) {
    const outputs = session.outputNames.map((name, i) => {
        const { type: dtype, dims: shape, data } = results[name];
        const file = `onnxruntime${i}.bin`;
        writeFileSync(join(dirname(path), file), new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
        return { name, dtype, shape, file };
    });
    writeFileSync(path, JSON.stringify({ outputs }));
}

for (let i = 0; i < pairs.length; i += 2) {
    writeOutputs(pairs[i + 1], await session.run(readInputs(pairs[i])));
}
