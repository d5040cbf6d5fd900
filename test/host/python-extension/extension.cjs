/** The API of the Python extension as tests want it: what `answers` holds is what is selected. */
exports.activate = () => {
  const answers = { active: () => ({ path: '' }), resolve: async () => undefined };
  return {
    answers,
    environments: {
      getActiveEnvironmentPath: (resource) => answers.active(resource),
      resolveEnvironment: (environment) => answers.resolve(environment),
    },
  };
};
